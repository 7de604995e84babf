import { writeFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { type Built, buildImages, type Variation } from './build-images.ts';
import { memoryOf, quickTimer, runningIn, until } from './in-guest.ts';
import { damageFile, readRelease } from './slot.ts';
import { withServer } from './with-server.ts';
import { outFile, withVm } from './with-vm.ts';

const bootSeconds = 300;
const fallBackSeconds = 1800;
const askSeconds = 300;
const systemd = 'usr/lib/systemd/systemd';
let built: Built;

/** The shipped deadman waits a quarter of an hour. */
const quickDeadman = `
mkdir -p /etc/systemd/system/interlock-deadman.timer.d
printf '[Timer]\\nOnBootSec=\\nOnBootSec=30\\n' >/etc/systemd/system/interlock-deadman.timer.d/10-quick.conf
sync
`;

/** A release that must not survive its trial. */
interface Bad {
  what: string;
  folder: string;
  /** Resets until the old slot runs again: the one into the trial, and one per try. */
  resets: number;
  /** What the host says about it, in a report of this kind. */
  reason: RegExp;
  kind: 'failed' | 'fell_back';
  /** Damages the other slot between the flip and the boot. */
  damaged?: boolean;
  /** Run on the host before it hears of the release. */
  before?: string;
}

/** In the order of their versions: a later one is newer than those that failed. */
async function badReleases(): Promise<Bad[]> {
  const checks = { 'etc/interlock/health.d/10-never': '#!/bin/sh\necho no route\nexit 1\n' };
  const sleeper = { [systemd]: '#!/bin/sh\nexec sleep infinity\n' };
  // a build refuses to leave the agent out
  const noAgent = Object.fromEntries(
    ['agent', 'confirm'].map((name) => [
      `usr/lib/systemd/system/interlock-${name}.service.d/90-off.conf`,
      '[Service]\nExecStart=\nExecStart=/bin/false\n',
    ]),
  );
  const bad = async (what: string, version: string, change: Variation, more: Partial<Bad> = {}) => {
    const folder = await built.vary(version, change);
    return { what, folder, resets: 4, reason: /did not come up/, kind: 'fell_back' as const, ...more };
  };
  return [
    await bad(
      'health check fails',
      '2',
      { scripts: checks },
      { resets: 2, reason: /no route/, kind: 'failed' },
    ),
    await bad('bit of the slot flipped', '3', {}, { damaged: true }),
    await bad('kernel panics', '4', { cmdline: 'rdinit=/nonexistent' }),
    await bad('process 1 sleeps', '5', { scripts: sleeper }),
    await bad('agent does not run', '6', { scripts: noAgent }, { before: quickDeadman }),
  ];
}

beforeAll(async () => {
  built = await buildImages('tiny');
});

test('bad releases give way to the old slot, are reported and not tried again', async () => {
  const releases = await badReleases();
  const started = Date.now();
  const lines: string[] = [];
  await withServer(built.keys, async ({ keys, operate, config, lock, host }) => {
    const publish = (folder: string) => operate('publish', folder, '--keys', keys, '--channel', 'stable');
    await publish(built.release('1'));
    await withVm('bad-releases', built.disk, async ({ disk, start }) => {
      let damage: (() => Promise<void>) | undefined;
      const vm = await start({
        mostBoots: 30,
        beforeBoot: async () => {
          await damage?.();
          damage = undefined;
        },
        credentials: {
          'interlock.config': config({ settle: 5 }),
          ...quickTimer,
        },
      });
      await vm.waitForShell(bootSeconds);
      for (const { what, folder, resets, reason, kind, damaged, before } of releases) {
        const boots = vm.boots();
        const { version, root } = await readRelease(folder);
        if (damaged) damage = () => damageFile(disk, 'b', folder, systemd);
        if (before) await vm.run(before);
        await publish(folder);
        await until(vm, `back from ${version} (${what})`, fallBackSeconds, ({ failed, phase, reports }) => {
          return root.verity.rootHash in failed && phase.at === 'idle' && reports.length === 0;
        });
        expect({ what, resets: vm.boots() - boots }).toEqual({ what, resets });
        expect(await runningIn(vm)).toEqual({ version: '1', slot: 'a' });
        const failure = (await memoryOf(vm))!.failed[root.verity.rootHash]!;
        expect(failure.reason).toMatch(reason);
        const value = await lock();
        expect(value.holders).toEqual([]);
        expect(Object.keys(value.releases[root.verity.rootHash]!.failed)).toHaveLength(1);

        const looked = new Date().toISOString();
        await until(vm, `asking again after ${version}`, askSeconds, ({ look }) => look!.at > looked);
        expect(vm.boots() - boots).toBe(resets);
        const known = await host();
        expect(known).toMatchObject({ version: '1', decision: 'failed_here' });
        expect(known.failed).toContain(version);
        const told = known.reports.find((report) => report.version === version && report.kind === kind);
        expect(told?.detail).toMatch(reason);
        lines.push(
          `${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}: ${failure.reason}\n`,
        );
        await writeFile(outFile('bad-releases.txt'), lines.join(''));
      }
    });
  });
}, 7_200_000);
