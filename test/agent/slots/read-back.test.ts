import { constants } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readBack } from '../../../agent/slots/read-back.ts';

const cache = join(import.meta.dirname, '../../../.cache');
let dir: string;
beforeEach(async () => {
  // lies on a disk; not every machine's /tmp does
  await mkdir(cache, { recursive: true });
  dir = await mkdtemp(join(cache, 'read-back-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** Flags of this process's open descriptor of a file, as the kernel has them. */
async function openFlags(path: string): Promise<number> {
  for (const fd of await readdir('/proc/self/fd')) {
    const target = await readlink(`/proc/self/fd/${fd}`).catch(() => '');
    if (target !== path) continue;
    const info = await readFile(`/proc/self/fdinfo/${fd}`, 'utf8');
    return Number.parseInt(/^flags:\s+(\d+)$/m.exec(info)![1]!, 8);
  }
  throw new Error(`${path} is not open`);
}

test('reads exactly an extent, wherever it begins, past the page cache', async () => {
  const path = join(dir, 'disk');
  const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 251));
  await writeFile(path, content);
  const pieces: Buffer[] = [];
  for await (const bytes of readBack({ path, offset: 1500, size: 2_345_678 })) {
    pieces.push(Buffer.from(bytes));
    expect((await openFlags(path)) & constants.O_DIRECT).toBe(constants.O_DIRECT);
  }
  expect(Buffer.concat(pieces).equals(content.subarray(1500, 1500 + 2_345_678))).toBe(true);
});

test('says where the disk ends too early', async () => {
  const path = join(dir, 'disk');
  await writeFile(path, Buffer.alloc(8192));
  const reading = async () => {
    for await (const _ of readBack({ path, offset: 4096, size: 8192 }));
  };
  await expect(reading()).rejects.toMatchObject({ code: 'disk_invalid' });
});
