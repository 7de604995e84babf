import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { stopDisk } from './stop-disk.ts';
import { openVolatileDisk, type VolatileDisk } from './volatile-disk.ts';

const sector = 512;
let dir: string;
let below: VolatileDisk;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'interlock-stop-'));
  await writeFile(join(dir, 'disk'), Buffer.alloc(8 * sector, 1));
  below = await openVolatileDisk(join(dir, 'disk'));
});
afterEach(async () => {
  await below.close();
  await rm(dir, { recursive: true });
});

const filled = (value: number) => Buffer.alloc(sector, value);

test('nothing reaches the disk after the chosen write, and no flush saves what came before', async () => {
  const { disk, stopped, powerOn } = stopDisk(below, (_, data) => data[0] === 3);
  await disk.write(0, filled(2), false);
  await disk.write(sector, filled(3), false);
  await stopped();
  await expect(disk.write(2 * sector, filled(4), true)).rejects.toThrow('off');
  await expect(disk.read(0, sector)).rejects.toThrow('off');
  expect(() => disk.flush()).toThrow('off');
  expect(await below.powerCut(() => 0.5)).toEqual({ kept: 0, lost: 2, torn: 0 });
  powerOn();
  expect(await disk.read(0, 3 * sector)).toEqual(Buffer.alloc(3 * sector, 1));
});

test('the next choice has to be waited for again', async () => {
  const { disk, stopped, powerOn } = stopDisk(below, (_, data) => data[0] === 3);
  await disk.write(0, filled(3), false);
  powerOn();
  const stops = vi.fn();
  const second = stopped().then(stops);
  await disk.write(0, filled(4), false);
  expect(stops).not.toHaveBeenCalled();
  await disk.write(0, filled(3), false);
  await second;
});
