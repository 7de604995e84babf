import { setTimeout as sleep } from 'node:timers/promises';
import type { Memory } from '../../agent/state-machine/memory.ts';
import { errorTable } from '../../protocol/errors/error-table.ts';
import type { Vm } from '../support/vm/start-vm.ts';

const lookEveryMs = 2000;

/** Makes the agent's timer as quick as a test is patient; everything else stays as it ships. */
export const quickTimer = {
  'systemd.unit-dropin.interlock-agent.timer':
    '[Timer]\nOnActiveSec=\nOnUnitInactiveSec=\nOnActiveSec=1\nOnUnitInactiveSec=10\nRandomizedDelaySec=0\nAccuracySec=1\n',
};

/** What the agent remembers; null while the machine is off, boots or has no memory. */
export async function memoryOf(vm: Vm): Promise<Memory | null> {
  const answer = await vm.try('cat /var/lib/interlock/agent/state.json', 30).catch(() => null);
  return answer?.status === 0 ? (JSON.parse(answer.output) as Memory) : null;
}

/** Waits until the agent rests on a version that is marked good. */
export async function untilSettled(vm: Vm, version: string, seconds: number): Promise<void> {
  await until(vm, `resting on ${version}`, seconds, (memory) => {
    return memory.running?.version === version && ['idle', 'finished'].includes(memory.phase.at);
  });
}

/** Waits for something in the agent's memory; a failure shows the memory and the console's end. */
export async function until(
  vm: Vm,
  what: string,
  seconds: number,
  isDone: (memory: Memory) => boolean | Promise<boolean>,
): Promise<void> {
  let last: Memory | null = null;
  for (const end = Date.now() + seconds * 1000; Date.now() < end && vm.isOn(); await sleep(lookEveryMs)) {
    last = (await memoryOf(vm)) ?? last;
    if (last && (await isDone(last))) return;
  }
  const log = await vm.try('journalctl -b -u "interlock-*" --no-pager | tail -30', 30).catch(String);
  throw new Error(
    [
      `not ${what} within ${seconds} s`,
      JSON.stringify(last, null, 1),
      JSON.stringify(log),
      vm.console.text().slice(-1500),
    ].join('\n'),
  );
}

/** Version and slot that run, as the image and device-mapper say. */
export async function runningIn(vm: Vm): Promise<{ version: string; slot: string }> {
  const version = await vm.run('. /etc/os-release; echo $VERSION_ID');
  const device = (await vm.run('dmsetup table root')).split(' ')[4];
  const name = await vm.run(`sed -n s/^PARTNAME=root-//p /sys/dev/block/${device}/uevent`);
  return { version: version.trim(), slot: name.trim() };
}

/** Gives an order that ends in a reboot: then the shell goes with the machine. Meanwhile the timer's run may be busy. */
export async function orderIn(vm: Vm, command: string, seconds: number): Promise<void> {
  await until(vm, 'idle', seconds, ({ phase }) => phase.at === 'idle');
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(3000)) {
    const answer = await vm.try(command, seconds).catch(() => null);
    if (!answer || answer.status === 0) return;
    if (answer.status !== errorTable.busy.exit) throw new Error(`${command} was refused: ${answer.output}`);
  }
  throw new Error(`${command} was never heard`);
}
