import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, withFile, writeDurably } from '../../system/durable.ts';
import { cacheFolder, pruneFolder } from './cache.ts';
import type { Body, Entry, Tree } from './tree/entry.ts';
import { readTree } from './tree/read-tree.ts';

const keptTrees = 6;
const indexFile = 'index.json';
const contentsFile = 'contents';

/** A tree as the cache keeps it: entries without content, and where each content lies. */
interface Index {
  /** Size and offset of each content. */
  bodies: [size: number, offset: number][];
  entries: (Omit<Entry, 'body' | 'xattrs'> & { body: number; xattrs: [name: string, base64: string][] })[];
}

/** The tree that the cache keeps under a key (hex), or nothing. Its contents stay in the cache and are read from there. */
export async function findKeptTree(key: string): Promise<Tree | undefined> {
  const folder = join(await cacheFolder('trees'), key);
  const text = await readFile(join(folder, indexFile), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const now = new Date();
  await utimes(folder, now, now);
  return fromIndex(JSON.parse(text), join(folder, contentsFile));
}

/** Whether the cache keeps a tree under a key. */
export async function isTreeKept(key: string): Promise<boolean> {
  return (await findKeptTree(key)) !== undefined;
}

/** Makes a tree as a tar file, keeps it under a key and gives it; the cache holds it whole or not at all. */
export async function keepTree(key: string, makeTar: (file: string) => Promise<void>): Promise<Tree> {
  const trees = await cacheFolder('trees');
  const folder = join(trees, key);
  const unfinished = await mkdtemp(join(trees, `${key.slice(0, 16)}.tmp-${process.pid}-`));
  try {
    const tar = join(unfinished, 'tree.tar');
    const contents = join(unfinished, contentsFile);
    await makeTar(tar);
    const tree = await readTree(createReadStream(tar, { highWaterMark: 1024 * 1024 }), contents);
    await rm(tar);
    await withFile(contents, 'r+', (file) => file.sync());
    await writeDurably(join(unfinished, indexFile), JSON.stringify(toIndex(tree)));
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
    await syncFolder(trees);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  await pruneFolder(trees, keptTrees);
  return (await findKeptTree(key))!;
}

function toIndex(tree: Tree): Index {
  const numbers = new Map<Body, number>();
  const bodies: Index['bodies'] = [];
  const entries = [...tree.values()].map(({ body, xattrs, ...rest }) => {
    if (!numbers.has(body)) {
      numbers.set(body, bodies.length);
      bodies.push([body.size, body.source instanceof Uint8Array ? 0 : body.source.offset]);
    }
    const values = [...xattrs].map(([name, value]): [string, string] => [name, value.toString('base64')]);
    return { ...rest, body: numbers.get(body)!, xattrs: values };
  });
  return { bodies, entries };
}

function fromIndex({ bodies, entries }: Index, file: string): Tree {
  const made = bodies.map(([size, offset]): Body => ({ size, source: { file, offset } }));
  return new Map(
    entries.map(({ body, xattrs, ...rest }) => {
      const values = new Map(xattrs.map(([name, value]) => [name, Buffer.from(value, 'base64')]));
      return [rest.path, { ...rest, body: made[body]!, xattrs: values }];
    }),
  );
}
