import { createHash, hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { PackagesLock } from '../../packages/lock/packages-lock.ts';
import type { Tree } from '../entries/entry.ts';
import { findKeptTree, keepTree } from '../kept/kept-tree.ts';
import { changeTree, changeTreePrograms } from '../sandbox/change-tree.ts';
import { checkEmulation } from '../sandbox/emulation.ts';
import { type SimulatedHost, standardHost } from '../sandbox/simulated-host.ts';
import { defaultSite, type Site } from '../sandbox/site.ts';
import type { SourceDigest } from '../sources/add-source.ts';

/** The name in the cache of a tree that scripts ran in: everything that decides about its content. */
export async function scriptsKey(
  base: string,
  sources: readonly SourceDigest[],
  scripts: readonly string[],
  date: string,
  host: SimulatedHost = standardHost,
): Promise<string> {
  const files = [...changeTreePrograms, ...scripts];
  const contents = await Promise.all(files.map(async (file) => hash('sha256', await readFile(file))));
  return createHash('sha256')
    .update(JSON.stringify({ base, sources, contents, date, machine: host }))
    .digest('hex');
}

/**
 * Runs the definition's scripts inside the tree, each as root of it and without network, and gives what they left; from
 * the cache when they ran in this very tree before. Throws `tool_failed` with a script's last lines.
 */
export async function runScripts(
  tree: Tree,
  key: string,
  scripts: readonly string[],
  { arch, date }: PackagesLock,
  { host, trees }: Site = defaultSite,
): Promise<Tree> {
  const kept = await findKeptTree(key, trees);
  if (kept) return kept;
  await checkEmulation(arch);
  const epoch = Date.parse(date) / 1000;
  return keepTree(key, (tar) => changeTree(tree, scripts, tar, { epoch, arch, host }), trees);
}
