import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keptFrames } from '../../../builder/payload/kept-frames.ts';

const name = 'ab'.repeat(32);
const frame = Buffer.from('a frame');
const make = async () => frame;
const never = () => Promise.reject(new Error('made again'));

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'frames-'));
  process.env.INTERLOCK_CACHE = cache;
});
afterEach(async () => {
  delete process.env.INTERLOCK_CACHE;
  await rm(cache, { recursive: true });
});

it('makes a piece once, also when it is asked for twice at the same time', async () => {
  const frames = await keptFrames();
  const made = await Promise.all(Array.from({ length: 8 }, () => frames(name, 3, make)));
  expect(made).toEqual(Array(8).fill(frame));
  expect(await frames(name, 3, never)).toEqual(frame);
  expect(await readdir(join(cache, 'frames'))).toHaveLength(1);
});

it('makes a damaged piece again', async () => {
  const frames = await keptFrames();
  await frames(name, 3, make);
  const [file] = await readdir(join(cache, 'frames'));
  await writeFile(join(cache, 'frames', file!), 'x'.repeat(40));
  expect(await frames(name, 3, make)).toEqual(frame);
  expect(await frames(name, 3, never)).toEqual(frame);
});
