import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { type Built, buildImages } from './build-images.ts';
import { memoryOf, orderIn, quickTimer, runningIn, until, untilSettled } from './in-guest.ts';
import { readRelease } from './slot.ts';
import { withServer } from './with-server.ts';
import { outFile, withVm } from './with-vm.ts';

const bootSeconds = 600;
const updateSeconds = 900;
let built: Built;

beforeAll(async () => {
  built = await buildImages('tiny');
});

test('a host goes back by its own operator, stays there, and follows its channel when told to', async () => {
  const started = Date.now();
  const timeline: string[] = [];
  const reached = async (what: string) => {
    timeline.push(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}\n`);
    await writeFile(outFile('rollback.txt'), timeline.join(''));
  };
  const { root } = await readRelease(built.release('2'));
  const { rootHash } = root.verity;
  await withServer(built.keys, async ({ keys, operate, config, lock }) => {
    for (const version of ['1', '2']) {
      await operate('publish', built.release(version), '--keys', keys, '--channel', 'stable');
    }
    await withVm('rollback', built.disk, async ({ start }) => {
      const vm = await start({
        mostBoots: 5,
        credentials: { 'interlock.config': config(), ...quickTimer },
      });
      await vm.waitForShell(bootSeconds);
      await untilSettled(vm, '2', updateSeconds);
      expect(await runningIn(vm)).toEqual({ version: '2', slot: 'b' });
      await reached('version 2 is confirmed');

      await orderIn(vm, 'interlock-agent rollback', updateSeconds);
      await vm.waitForShell(updateSeconds, 3);
      await reached('version 1 is up, on trial');
      expect((await lock()).holders.map(({ release }) => release)).not.toContain(rootHash);
      await untilSettled(vm, '1', updateSeconds);
      await reached('version 1 is confirmed');
      expect(await runningIn(vm)).toEqual({ version: '1', slot: 'a' });
      const one = (await readRelease(built.release('1'))).root.verity.rootHash;
      expect(await lock()).toMatchObject({ holders: [], releases: { [one]: { ok: 1, failed: {} } } });

      // the channel still names 2, and the server is asked again and again: it knows what this host does not want
      const left = (await memoryOf(vm))!;
      expect(left.failed[rootHash]).toMatchObject({ version: '2', reason: 'rolled back by an operator' });
      await sleep(30_000);
      await until(vm, 'told that 2 is not for it', bootSeconds, ({ look, phase, wait }) => {
        const isLater = look !== null && look.at > (left.look?.at ?? '');
        return (
          isLater && look.reason === 'failed_here' && phase.at === 'idle' && wait?.reason === 'failed_here'
        );
      });
      const refused = await vm.try('interlock-agent rollback', updateSeconds);
      expect(refused.output).toContain('rolled back by an operator');
      expect(refused.status).not.toBe(0);
      expect(vm.boots()).toBe(3);
      await reached('version 1 stays');

      await orderIn(vm, 'interlock-agent update --retry 2', updateSeconds);
      await untilSettled(vm, '2', updateSeconds);
      await reached('version 2 is confirmed again, by order');

      await operate('rollback', 'tiny', '--channel', 'stable', '--to', '1', '--keys', keys);
      await untilSettled(vm, '1', updateSeconds);
      expect(await runningIn(vm)).toEqual({ version: '1', slot: 'a' });
      expect(await lock()).toMatchObject({ holders: [] });
      expect(vm.boots()).toBe(5);
      await reached('version 1 is confirmed: the channel withdrew 2');
      await reached(`${vm.cpuSeconds().toFixed(1)} s of the host's processor`);
    });
  });
}, 3_600_000);
