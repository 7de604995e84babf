import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';
import { findKeptTree, isTreeKept, keepTree } from '../../../../builder/tree/kept/kept-tree.ts';

const key = 'a'.repeat(64);
let work: string;
let cache: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'kept-tree-'));
  cache = join(work, 'cache');
  process.env.INTERLOCK_CACHE = cache;
});
afterEach(async () => {
  delete process.env.INTERLOCK_CACHE;
  await rm(work, { recursive: true });
});

/** Makes a tar of one folder with these files. */
function tarOf(files: Record<string, string>) {
  return async (tar: string) => {
    const folder = await mkdtemp(join(work, 'tree-'));
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    execFileSync('tar', ['--sort=name', '--owner=0', '--group=0', '-C', folder, '-cf', tar, '.']);
  };
}

async function read(tree: Tree, path: string): Promise<string> {
  return (await readBody(tree.get(path)!.body)).toString();
}

const never = () => Promise.reject(new Error('made again'));

it('gives back what it keeps', async () => {
  await keepTree(key, tarOf({ a: 'one', b: '' }));
  const found = await findKeptTree(key);
  expect(await read(found!, 'a')).toBe('one');
  expect(found!.get('b')!.body.size).toBe(0);
  expect(await isTreeKept(key)).toBe(true);
  expect(await findKeptTree('b'.repeat(64))).toBeUndefined();
});

it('keeps nothing of a tree that was not finished', async () => {
  await expect(keepTree(key, never)).rejects.toThrow('made again');
  expect(await readdir(join(cache, 'trees'))).toEqual([]);
});

it('lets each of two builders that finish one key read what it made itself', async () => {
  const first = await keepTree(key, tarOf({ id: '5f', passwd: 'root' }));
  const second = await keepTree(key, tarOf({ id: '66da9139cec', passwd: 'root' }));
  expect(await read(first, 'id')).toBe('5f');
  expect(await read(first, 'passwd')).toBe('root');
  expect(await read(second, 'id')).toBe('66da9139cec');
});

it('lets many builders finish the same tree at the same time', async () => {
  const tar = tarOf({ a: 'one' });
  const made = await Promise.all(Array.from({ length: 8 }, () => keepTree(key, tar)));
  for (const tree of made) expect(await read(tree, 'a')).toBe('one');
});

it.each(['contents', 'index.json'])('makes a tree anew whose %s the disk changed', async (name) => {
  await keepTree(key, tarOf({ a: 'one', b: 'two' }));
  const [folder] = await readdir(join(cache, 'trees'));
  const file = await open(join(cache, 'trees', folder!, name), 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 1);
  await file.write(Buffer.from([buffer[0]! ^ 1]), 0, 1, 1);
  await file.close();
  expect(await findKeptTree(key)).toBeUndefined();
  expect(await isTreeKept(key)).toBe(false);
});

it('keeps trees that are read now beyond the number it keeps', async () => {
  const keys = Array.from({ length: 14 }, (_, at) => at.toString(16).repeat(64));
  for (const each of keys) await keepTree(each, tarOf({ a: each }));
  expect(await readdir(join(cache, 'trees'))).toHaveLength(14);
  const longAgo = Date.now() / 1000 - 2 * 60 * 60;
  for (const name of await readdir(join(cache, 'trees')))
    await utimes(join(cache, 'trees', name), longAgo, longAgo);
  await keepTree(key, tarOf({ a: 'one' }));
  expect(await readdir(join(cache, 'trees'))).toHaveLength(12);
});

it('reads a cache that nobody may write', async () => {
  await keepTree(key, tarOf({ a: 'one' }));
  await mkdir(join(cache, 'frames'));
  const module = (name: string) => JSON.stringify(join(import.meta.dirname, '../../../../builder', name));
  const program = `
    import { findKeptTree } from ${module('tree/kept/kept-tree.ts')};
    import { readBody } from ${module('tree/entries/entry.ts')};
    import { keptFrames } from ${module('payload/kept-frames.ts')};
    const tree = await findKeptTree('${key}');
    const frames = await keptFrames();
    console.log(String(await readBody(tree.get('a').body)), String(await frames('${key}', 3, async () => Buffer.from('made'))));`;
  const script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"';
  const file = join(work, 'read.ts');
  await writeFile(file, program);
  const args = ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', cache, process.execPath];
  const printed = execFileSync('unshare', [...args, file]);
  expect(String(printed)).toBe('one made\n');
});
