import { stat, truncate } from 'node:fs/promises';
import { expect } from 'vitest';
import { openRandom } from '../simulation/fleet/random.ts';
import { findPartition } from '../support/vm/disk-file.ts';
import { listEsp } from '../support/vm/esp-file.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { buildImages } from './build-images.ts';
import { checkBoot } from './check-boot.ts';
import { memoryOf, quickTimer } from './in-guest.ts';
import type { firstMoments, Moment } from './power-cut-moments.ts';
import { type Rail, withRail } from './power-rail.ts';
import { readRelease } from './slot.ts';
import { openStory } from './story.ts';
import { withServer } from './with-server.ts';
import { withVm } from './with-vm.ts';

const momentSeconds = 1800;
const updateSeconds = 1800;
const room = 128 * 1024 * 1024;
/** Which writes are cut, and what becomes of those that were not flushed. */
export const seed = Number(process.env.JOURNEY_SEED ?? 1);
/** How long the whole of it may take, emulated. */
export const limitMs = 7_200_000;

/** The agent waits for the test, so that every boot is looked at before it goes on. */
const waits =
  '[Service]\nExecStartPre=/bin/sh -c "until [ -e /run/interlock-test/go ]; do sleep 0.2; done"\n';
const patientAgent = {
  'systemd.unit-dropin.interlock-agent.service': waits,
  'systemd.unit-dropin.interlock-confirm.service': waits,
};

/** How power is cut in one journey. */
export interface Cuts {
  /** Names the story and the machine's log. */
  name: string;
  firmware: 'uefi' | 'bios';
  /** On the way from version 1 to 2. */
  first: typeof firstMoments;
  /** And on to version 3. */
  second: typeof firstMoments;
  count: number;
}

/** Updates one host twice while its power is cut at each of the moments: it always comes up on a verified slot, and the lock comes free. */
export async function cutPower({ name, firmware, first, second, count }: Cuts): Promise<void> {
  const built = await buildImages('tiny');
  const third = await built.vary('3', {});
  const random = openRandom(seed);
  const releases = [built.release('1'), built.release('2'), third];
  const story = openStory(name, seed);
  let cost = () => 0;
  const tell = (what: string) => story(what, cost());

  await withServer(built.keys, async ({ keys, operate, config, lock }) => {
    const publish = (folder: string) => operate('publish', folder, '--keys', keys, '--channel', 'stable');
    await publish(built.release('1'));
    await publish(built.release('2'));
    await withVm(name, built.disk, async (place) => {
      const { root, boot } = await readRelease(third);
      const sizes = { root: root.size, boot: boot.size };
      const state = await findPartition(place.disk, 'state');
      await truncate(place.disk, (await stat(place.disk)).size + room);

      const tend = async (vm: Vm, mustRun: string | undefined) => {
        cost = vm.cpuSeconds;
        const { version, slot, memory } = await checkBoot(vm, place.disk, releases);
        if (mustRun) expect(version).toBe(mustRun);
        await tell(`  up on ${version} in slot ${slot}, ${memory?.phase.at ?? 'no memory yet'}`);
        await vm.run('touch /run/interlock-test/go');
      };
      const options = {
        place,
        tend,
        random: random.fraction,
        vm: {
          firmware,
          mostBoots: 100,
          credentials: { 'interlock.config': config({ settle: 5 }), ...quickTimer, ...patientAgent },
        },
      };
      await withRail(options, async (rail) => {
        const cuts = [...(await cutAll(rail, first(random, sizes), tell))];
        await rail.until('resting on 2', (vm) => restsOn(vm, '2'), updateSeconds);
        await publish(third);
        rail.start();
        cuts.push(...(await cutAll(rail, second(random, sizes), tell)));
        const vm = await rail.until('resting on 3', (one) => restsOn(one, '3'), updateSeconds);
        await tell('resting on 3');
        expect(cuts).toHaveLength(count);
        expect(await lock()).toMatchObject({ holders: [] });
        expect((await memoryOf(vm))!.failed).toEqual({});
        const size =
          Number(await vm.run('cat /sys/class/block/$(basename $(findmnt -no SOURCE /var))/size')) * 512;
        expect(size).toBeGreaterThanOrEqual(state.size + room);
        await vm.run('systemctl poweroff --no-block');
        await vm.waitUntilOff(200);
      });
      const entries = await listEsp(place.disk, 'loader/entries');
      expect(entries).toHaveLength(2);
      expect(entries.every((name) => /^interlock-\d+\.conf$/.test(name))).toBe(true);
      const files = (await listEsp(place.disk, 'EFI/interlock')).filter((name) => name.endsWith('.efi'));
      expect(files.map((name) => name.slice(0, 2))).toEqual(['a-', 'b-']);
    });
  });
}

async function cutAll(
  rail: Rail,
  moments: Moment[],
  tell: (what: string) => Promise<void>,
): Promise<Moment[]> {
  for (const moment of moments) {
    const { write, fates } = await rail.cutAt(moment, momentSeconds);
    const at = `${write.data.length} bytes at ${write.offset} of ${write.partition}${write.saved ? `, ${write.saved}` : ''}`;
    const lost = `${fates.kept} kept, ${fates.lost} lost, ${fates.torn} torn`;
    await tell(`cut: ${moment.what}; ${at}; ${lost}`);
  }
  return moments;
}

async function restsOn(vm: Vm, version: string): Promise<boolean> {
  const memory = await memoryOf(vm);
  return memory?.running?.version === version && memory.phase.at === 'idle' && memory.wait !== null;
}
