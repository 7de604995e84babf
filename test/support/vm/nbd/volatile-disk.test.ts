import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../../../system/process/run.ts';
import { serveDisk } from './serve-disk.ts';
import { openVolatileDisk, type VolatileDisk } from './volatile-disk.ts';

const size = 1024 * 1024;
const sector = 512;
let dir: string;
let disk: VolatileDisk;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'interlock-nbd-'));
  await writeFile(join(dir, 'disk'), Buffer.alloc(size, 1));
  disk = await openVolatileDisk(join(dir, 'disk'));
});

afterEach(async () => {
  await disk.close();
  await rm(dir, { recursive: true });
});

const filled = (value: number, sectors: number) => Buffer.alloc(sectors * sector, value);
const kept = () => 0;
const lost = () => 0.5;

test('what was flushed survives, what was not may go', async () => {
  await disk.write(0, filled(2, 2), false);
  disk.flush();
  await disk.write(0, filled(3, 1), false);
  expect(await disk.read(0, 2 * sector)).toEqual(Buffer.concat([filled(3, 1), filled(2, 1)]));
  expect(await disk.powerCut(lost)).toEqual({ kept: 0, lost: 1, torn: 0 });
  expect(await disk.read(0, 2 * sector)).toEqual(filled(2, 2));
  await disk.write(0, filled(4, 1), false);
  await disk.powerCut(kept);
  expect(await disk.read(0, 2 * sector)).toEqual(Buffer.concat([filled(4, 1), filled(2, 1)]));
});

test('a later write may reach the disk without an earlier one', async () => {
  await disk.write(0, filled(2, 3), false);
  await disk.write(sector, filled(3, 1), false);
  const fates = [0.5, 0];
  await disk.powerCut(() => fates.shift()!);
  expect(await disk.read(0, 3 * sector)).toEqual(Buffer.concat([filled(1, 1), filled(3, 1), filled(1, 1)]));
});

test('a torn write leaves some of its sectors', async () => {
  await disk.write(0, filled(2, 3), false);
  const draws = [0.95, 0.1, 0.9, 0.1];
  expect(await disk.powerCut(() => draws.shift()!)).toEqual({ kept: 0, lost: 0, torn: 1 });
  expect(await disk.read(0, 3 * sector)).toEqual(Buffer.concat([filled(2, 1), filled(1, 1), filled(2, 1)]));
});

test('a forced write survives, whatever lay unflushed below it', async () => {
  await disk.write(0, filled(2, 3), false);
  await disk.write(sector, filled(3, 1), true);
  await disk.powerCut(lost);
  expect(await disk.read(0, 3 * sector)).toEqual(Buffer.concat([filled(1, 1), filled(3, 1), filled(1, 1)]));
});

test('QEMU reads, writes and flushes it over NBD', async () => {
  const server = await serveDisk(disk, join(dir, 'nbd'));
  const io = (...commands: string[]) =>
    run('qemu-io', [
      '-f',
      'raw',
      ...commands.flatMap((command) => ['-c', command]),
      `nbd:unix:${join(dir, 'nbd')}`,
    ]);
  try {
    expect(await io('read -P 1 0 1M', 'write -P 7 4k 64k', 'read -P 7 4k 64k', 'flush')).not.toContain(
      'failed',
    );
    await server.disconnect();
    await disk.powerCut(lost);
    expect(await io('read -P 7 4k 64k', 'read -P 1 0 4k', 'write -z 8k 4k', 'read -P 0 8k 4k')).not.toContain(
      'failed',
    );
  } finally {
    await server.close();
  }
  expect((await readFile(join(dir, 'disk'))).subarray(4096, 8192)).toEqual(filled(7, 8));
});
