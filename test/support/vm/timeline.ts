import type { Vm } from './start-vm.ts';

/** A point of a boot, in seconds since power-on. */
export interface Milestone {
  name: string;
  seconds: number;
}

/**
 * When the current boot reached what, for boots that have a shell. The firmware's end is seen on the console; the
 * kernel's clock is laid beside the host's by its uptime, and gives the rest.
 */
export async function timeline(vm: Vm, unit = 'multi-user.target'): Promise<Milestone[]> {
  const asked = Date.now();
  const uptime = Number((await vm.run('cat /proc/uptime')).split(' ')[0]);
  const boot = vm.console
    .lines()
    .filter(({ text }) => /^--- boot \d+$/.test(text))
    .at(-1)!.at;
  const firmware = vm.console
    .lines()
    .filter(({ text, at }) => text.startsWith('BdsDxe: starting') && at >= boot);
  const kernel = (asked - boot) / 1000 - uptime;
  const log = await vm.run('dmesg');
  const logged = (pattern: RegExp) => {
    const line = log.split('\n').find((candidate) => pattern.test(candidate));
    return kernel + Number(/^\[\s*([\d.]+)\]/.exec(line ?? '')?.[1]);
  };
  const property = async (subject: string, name: string) =>
    kernel + Number(await vm.run(`systemctl show ${subject} -p ${name} --value`)) / 1e6;
  return [
    { name: 'firmware done', seconds: ((firmware[0]?.at ?? Number.NaN) - boot) / 1000 },
    { name: 'boot loader and stub done', seconds: kernel },
    { name: 'kernel done', seconds: logged(/Run \/init as init process/) },
    { name: 'root verified and mounted', seconds: logged(/interlock: slot [ab], root hash/) },
    { name: 'systemd runs', seconds: await property('', 'UserspaceTimestampMonotonic') },
    { name: `${unit} reached`, seconds: await property(unit, 'ActiveEnterTimestampMonotonic') },
  ];
}

/** A timeline for people. */
export function formatTimeline(milestones: readonly Milestone[]): string {
  return milestones
    .map(({ name, seconds }, index) => {
      const took = seconds - (milestones[index - 1]?.seconds ?? 0);
      return `${seconds.toFixed(1).padStart(6)} s  +${took.toFixed(1).padStart(5)}  ${name}\n`;
    })
    .join('');
}
