import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { syncFolder, withFile, writeDurably } from '../../../system/files/durable.ts';
import { withScratch } from '../../../system/files/scratch.ts';
import { cacheFolder, discard, pruneFolder, touch } from '../../build-host/cache.ts';
import { digestInThread } from '../../build-host/digest-thread.ts';
import type { Tree } from '../entries/entry.ts';
import { readTree } from '../entries/read-tree.ts';
import { fromIndex, type TreeIndex, toIndex } from './tree-index.ts';

/** A few images, each with a tree for every layer of its lock. */
const keptTrees = 12;
const indexFile = 'index.json';
const contentsFile = 'contents';

/**
 * The tree that the cache, or a folder like it, keeps under a key (hex), or nothing. Its contents stay in the cache and are read from there. One
 * that the disk damaged is removed and counts as nothing.
 */
export async function findKeptTree(key: string, trees?: string): Promise<Tree | undefined> {
  for (const folder of await foldersOf(key, trees)) {
    const index = await readWhole(key, folder);
    if (!index) {
      await discard(folder);
      continue;
    }
    await touch(folder);
    return fromIndex(index, join(folder, contentsFile));
  }
  return undefined;
}

/** Whether the cache keeps a tree under a key; the tree itself is not read. */
export async function isTreeKept(key: string): Promise<boolean> {
  return (await foldersOf(key)).length > 0;
}

/**
 * Makes a tree as a tar file, keeps it under a key and gives it. The cache holds it whole or not at all, in a folder named
 * after its content: builders that finish one key at the same time each read what they made themselves.
 */
export async function keepTree(
  key: string,
  makeTar: (file: string) => Promise<void>,
  given?: string,
): Promise<Tree> {
  const trees = given ?? (await cacheFolder('trees'));
  const kept = await withScratch(join(trees, key.slice(0, 16)), async (unfinished) => {
    const tar = join(unfinished, 'tree.tar');
    const contents = join(unfinished, contentsFile);
    await makeTar(tar);
    const tree = await readTree(createReadStream(tar, { highWaterMark: 1024 * 1024 }), contents);
    await rm(tar);
    await withFile(contents, 'r+', (file) => file.sync());
    const index = toIndex(tree, await digestInThread(contents));
    const text = JSON.stringify(index);
    await writeDurably(join(unfinished, indexFile), text);
    const folder = join(trees, nameOf(key, text));
    await moveUnlessThere(unfinished, folder);
    return fromIndex(index, join(folder, contentsFile));
  });
  await syncFolder(trees);
  await pruneFolder(trees, keptTrees);
  return kept;
}

async function foldersOf(key: string, given?: string): Promise<string[]> {
  const trees = given ?? (await cacheFolder('trees'));
  const names = (await readdir(trees)).filter((name) => name.startsWith(`${key}.`));
  return names.toSorted().map((name) => join(trees, name));
}

function nameOf(key: string, index: string): string {
  return `${key}.${hash('sha256', index).slice(0, 16)}`;
}

/** The index of a kept tree whose every byte can be read and is as it was written. */
async function readWhole(key: string, folder: string): Promise<TreeIndex | undefined> {
  try {
    const text = await readFile(join(folder, indexFile), 'utf8');
    if (basename(folder) !== nameOf(key, text)) return undefined;
    const index: TreeIndex = JSON.parse(text);
    return (await digestInThread(join(folder, contentsFile))) === index.sha256 ? index : undefined;
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code) throw error;
    return undefined;
  }
}

/** Content decides about a folder's name, so one that is there holds the same. */
async function moveUnlessThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}
