import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../agent/run/run.ts';
import type { Memory } from '../agent/state-machine/memory.ts';
import { copyDisk } from '../test/support/vm/disk-file.ts';
import { chooseAccelerator } from '../test/support/vm/host.ts';
import { startVm, type Vm } from '../test/support/vm/start-vm.ts';
import { command } from './commands.ts';
import { configOf, type DemoHost, type HostsOptions } from './demo-host.ts';
import type { HostView } from './describe-host.ts';

const lookEveryMs = 1000;
/** What a boot takes until the first one has shown it. */
const usualBootSeconds = 40;
const health = { settle: 20, steady: 1, timeout: 20 };

/** Shell: everything the board shows about a machine, in four parts. */
const look = `
cat /proc/sys/kernel/random/boot_id
echo ---; . /etc/os-release; echo "$VERSION_ID"
echo ---; cat /var/lib/interlock/agent/state.json 2>/dev/null || echo null
echo ---; cat /run/interlock/progress.json 2>/dev/null || echo null
`;

/** Virtual machines that boot one first-install disk, a copy each, and learn who they are from credentials. */
export async function virtualMachines(options: HostsOptions): Promise<DemoHost[]> {
  const disk = join(options.folder, 'disk.raw');
  await command(['disk', options.release, '--out', disk]);
  await chooseAccelerator(join(options.release, 'boot.efi'));
  const inGuest = (url: string) => url.replace('127.0.0.1', '10.0.2.2');
  const inGuests = { ...options, server: inGuest(options.server), etcd: options.etcd.map(inGuest) };
  const credentials = {
    'interlock.config': configOf(inGuests, health),
    'systemd.unit-dropin.interlock-agent.timer':
      '[Timer]\nOnActiveSec=\nOnUnitInactiveSec=\nOnActiveSec=1\nOnUnitInactiveSec=20\nRandomizedDelaySec=0\nAccuracySec=1\n',
  };
  return options.names.map((name) => {
    const folder = join(options.folder, name);
    return createVm(name, folder, disk, { ...credentials, 'system.hostname': name });
  });
}

function createVm(
  name: string,
  folder: string,
  firstDisk: string,
  credentials: Record<string, string>,
): DemoHost {
  let vm: Vm | undefined;
  let seen: HostView | null = null;
  let isOver = false;
  let following: Promise<void> = Promise.resolve();
  let bootedAt = Date.now();
  let bootSeconds = usualBootSeconds;
  const downCalls: (() => void)[] = [];

  async function follow(on: Vm): Promise<void> {
    for (; !isOver; await sleep(lookEveryMs)) {
      const boot = on.boots();
      const answer = await on.try(look, 30).catch(() => null);
      if (boot !== on.boots() || answer?.status !== 0) continue;
      if (!seen) bootSeconds = (Date.now() - bootedAt) / 1000;
      seen = parseLook(name, answer.output);
    }
  }

  return {
    name,
    async start() {
      const disk = join(folder, 'disk.raw');
      await mkdir(folder, { recursive: true });
      await copyDisk(firstDisk, disk);
      const beforeBoot = async (number: number) => {
        seen = null;
        bootedAt = Date.now();
        if (number > 1) for (const call of downCalls) call();
      };
      vm = await startVm({ disk, folder, memory: 768, mostBoots: 20, credentials, beforeBoot });
      following = follow(vm);
    },
    async stop() {
      isOver = true;
      await vm?.stop();
      await following;
    },
    async view() {
      if (seen) return seen;
      const booting = { seconds: (Date.now() - bootedAt) / 1000, usual: bootSeconds };
      return { name, running: null, bootId: null, memory: null, progress: null, booting };
    },
    onDown: (call) => void downCalls.push(call),
    cpuSeconds: () => vm?.cpuSeconds() ?? 0,
  };
}

function parseLook(name: string, text: string): HostView {
  const [bootId = '', version = '', memory = 'null', progress = 'null'] = text.split(/^---\n/m);
  return {
    name,
    running: version.trim(),
    bootId: bootId.trim(),
    memory: JSON.parse(memory) as Memory | null,
    progress: JSON.parse(progress) as Progress | null,
    booting: null,
  };
}
