import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readThrough } from '../../../agent/hosts/read-through.ts';

let dir: string;
let device: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'read-through-'));
  device = join(dir, 'device');
  await writeFile(device, Buffer.alloc(2 ** 21 + 4096, 7));
});
afterAll(() => rm(dir, { recursive: true }));

test('comes to the end of what it reads', async () => {
  await expect(readThrough(device, new AbortController().signal)).resolves.toBeUndefined();
});

test('says what cannot be read, and ends when it is told to', async () => {
  await expect(readThrough(dir, new AbortController().signal)).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(readThrough(device, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});
