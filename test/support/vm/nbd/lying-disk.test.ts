import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lyingDisk } from './lying-disk.ts';
import { openVolatileDisk } from './volatile-disk.ts';

const sector = 512;
const filled = (value: number) => Buffer.alloc(sector, value);
const lost = () => 0.5;

test('what was flushed survives until the disk begins to lie, and nothing afterwards', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'interlock-lying-'));
  await writeFile(join(dir, 'disk'), Buffer.alloc(3 * sector, 1));
  const below = await openVolatileDisk(join(dir, 'disk'));
  try {
    const { disk, lie } = lyingDisk(below);
    await disk.write(0, filled(2), false);
    disk.flush();
    lie();
    await disk.write(sector, filled(3), false);
    disk.flush();
    await disk.write(2 * sector, filled(4), true);
    expect(await below.powerCut(lost)).toEqual({ kept: 0, lost: 2, torn: 0 });
    expect(await disk.read(0, 3 * sector)).toEqual(Buffer.concat([filled(2), filled(1), filled(1)]));
  } finally {
    await below.close();
    await rm(dir, { recursive: true });
  }
});
