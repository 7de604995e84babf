import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeDurably } from '../../../system/files/durable.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'durable-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('replaces content and mode, and leaves no temporary file', async () => {
  const file = join(folder, 'state.json');
  await writeDurably(file, 'old');
  await writeDurably(file, 'new', 0o600);
  expect(await readFile(file, 'utf8')).toBe('new');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['state.json']);
});

test('leaves the old content when the new one cannot be put in its place', async () => {
  const file = join(folder, 'state.json');
  await writeFile(file, 'old');
  await expect(writeDurably(join(file, 'below'), 'new')).rejects.toThrow();
  await expect(writeDurably(folder, 'new')).rejects.toThrow();
  expect(await readFile(file, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['state.json']);
});
