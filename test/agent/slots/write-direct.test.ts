import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDirectly } from '../../../agent/slots/write-direct.ts';

const mebibyte = 1024 * 1024;
const cache = join(import.meta.dirname, '../../../.cache');
let dir: string;
beforeAll(() => {
  // lies on a disk; not every machine's /tmp does
  mkdirSync(cache, { recursive: true });
  dir = mkdtempSync(join(cache, 'write-direct-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** A disk of 12 MiB and what it should hold; the extent begins at `offset`. */
async function openDisk(offset: number) {
  const path = join(dir, `disk-${offset}`);
  const expected = Buffer.alloc(12 * mebibyte, 7);
  writeFileSync(path, expected);
  const size = 10 * mebibyte;
  const extent = await openDirectly({ path, offset, size });
  return { path, expected, extent, inside: expected.subarray(offset, offset + size) };
}

test.each([mebibyte, 512])(
  'bytes written in a row and here and there lie where they belong, from byte %i of a disk on',
  async (offset) => {
    const { path, expected, extent, inside } = await openDisk(offset);
    let row = 0;
    for (let i = 0; i < 60; i++) {
      const length = 4096 * randomInt(1, 60);
      const isInRow = i % 5 !== 0 && row + length <= inside.length;
      const at = isInRow ? row : randomInt(inside.length - length);
      const bytes = randomBytes(i % 7 === 0 ? randomInt(1, length) : length);
      await extent.write(at, bytes);
      inside.set(bytes, at);
      row = at + bytes.length;
      const back = Math.min(row, randomInt(1, 3 * mebibyte));
      const read = await extent.read(row - back, back);
      expect(read.equals(inside.subarray(row - back, row))).toBe(true);
    }
    await extent.sync();
    await extent.close();
    expect(readFileSync(path).equals(expected)).toBe(true);
  },
);

test('nothing outside can be written, and one write may be longer than what is held', async () => {
  const { path, expected, extent, inside } = await openDisk(2 * mebibyte);
  await expect(extent.write(inside.length - 10, Buffer.alloc(11))).rejects.toMatchObject({
    code: 'disk_invalid',
  });
  const bytes = randomBytes(9 * mebibyte);
  await extent.write(4096, bytes);
  await extent.sync();
  await extent.close();
  inside.set(bytes, 4096);
  expect(readFileSync(path).equals(expected)).toBe(true);
});

test.each([mebibyte, 512])(
  'what is laid down piece by piece comes whole and in order, from byte %i on',
  async (offset) => {
    const { path, expected, extent, inside } = await openDisk(offset);
    const bytes = randomBytes(7 * mebibyte + 4096);
    await extent.write(8192, randomBytes(4096));
    await extent.fill(4096, bytes.length, async (room, done) => bytes.copy(room, 0, done));
    const lay = () => extent.fill(inside.length - 10, 11, async () => {});
    await expect(lay()).rejects.toMatchObject({ code: 'disk_invalid' });
    await extent.sync();
    await extent.close();
    inside.set(bytes, 4096);
    expect(readFileSync(path).equals(expected)).toBe(true);
  },
);
