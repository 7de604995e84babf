import { setTimeout as sleep } from 'node:timers/promises';
import type { Built } from '../../test/journey/build-images.ts';
import { quickTimer, untilSettled } from '../../test/journey/in-guest.ts';
import { withServer } from '../../test/journey/with-server.ts';
import { withVm } from '../../test/journey/with-vm.ts';
import type { Vm } from '../../test/support/vm/start-vm.ts';

const bootSeconds = 900;
const updateSeconds = 1800;
const lookEveryMs = 2000;

/** Updates a machine from a server on this host; gives the processor seconds of the boot that was confirmed, and the agent's peak in bytes. */
export async function updateInVm(built: Built): Promise<{ confirmed: number; peak: number }> {
  const result = { confirmed: Number.NaN, peak: 0 };
  await withServer(built.keys, async ({ keys, operate, config }) => {
    for (const version of ['1', '2']) {
      await operate('publish', built.release(version), '--keys', keys, '--channel', 'stable');
    }
    await withVm('bench-update', built.disk, async ({ start }) => {
      const vm = await start({ mostBoots: 2, credentials: { 'interlock.config': config(), ...quickTimer } });
      await vm.waitForShell(bootSeconds);
      const settled = untilSettled(vm, '2', updateSeconds);
      const watched = watchPeak(vm, result, settled);
      await settled;
      result.confirmed = vm.cpuSeconds() - vm.ends().reduce((sum, end) => sum + end.cpuSeconds, 0);
      await watched;
    });
  });
  return result;
}

/** Looks at the running agent's high-water mark of resident memory until `end`. */
async function watchPeak(vm: Vm, result: { peak: number }, end: Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  end.then(over, over);
  const look = `for unit in agent confirm; do
    { read -r pid </sys/fs/cgroup/system.slice/interlock-$unit.service/cgroup.procs; } 2>/dev/null &&
      while read -r name value rest; do [ "$name" = VmHWM: ] && echo "$value"; done </proc/$pid/status
  done; true`;
  while (!isOver) {
    const seen = await vm.try(look, 30).catch(() => null);
    for (const kib of seen?.output.trim().split('\n') ?? []) {
      result.peak = Math.max(result.peak, Number(kib || 0) * 1024);
    }
    await sleep(lookEveryMs);
  }
}
