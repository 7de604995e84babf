import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findSlotsInFile } from '../../../agent/slots/find-in-file.ts';
import { startWorld, type World } from '../../support/host/world.ts';

const kills = 50;
const versions = ['1', '2', '3', '4', '5', '6', '7', '8'];
let world: World;

beforeAll(async () => {
  world = await startWorld(Object.fromEntries(versions.map((version) => [version, {}])), 12 << 20);
});
afterAll(() => world?.stop());

it('kill -9 at fifty random moments: always a verified slot, and the running slot never changes', async () => {
  const { host } = world;
  const panics: unknown[] = [];
  host.events.on('panicked', (panic) => panics.push(panic));
  let killed = 0;
  for (const version of versions.slice(1)) {
    const before = await rootOf(await host.running());
    await world.publish(version);
    await world.until(`release ${version}`, async () => {
      await sleep(Math.random() * 600);
      if (killed < kills && host.kill9()) killed++;
      const running = await host.running().catch(() => null);
      if (running?.slot === before.slot) expect(await rootOf(running)).toEqual(before);
      return world.isSettledOn(version);
    });
    expect((await world.lock()).holders).toEqual([]);
    if (killed >= kills) break;
  }
  expect(killed).toBe(kills);
  expect(panics).toEqual([]);
});

/** What the slot that runs holds on the disk. */
async function rootOf({ slot }: { slot: 'a' | 'b' }): Promise<{ slot: string; sha256: string }> {
  const disk = join(world.host.dir, 'disk.img');
  const { offset, size } = (await findSlotsInFile(disk))[slot].root;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(disk, { start: offset, end: offset + size - 1 }))
    hash.update(chunk);
  return { slot, sha256: hash.digest('hex') };
}
