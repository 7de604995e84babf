import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { temporaryPrefix, withScratch } from '../../../system/files/scratch.ts';
import { during, type Reporter } from '../../build-host/reporter.ts';
import type { PackagesLock } from '../../packages/lock/packages-lock.ts';
import { parentOf, putDirectory } from '../entries/change.ts';
import type { Entry, Tree } from '../entries/entry.ts';
import { follow } from '../entries/follow.ts';
import { matchPaths } from '../entries/match-paths.ts';
import { readTree } from '../entries/read-tree.ts';
import { writeTree } from '../entries/write-tree.ts';
import { findKeptTree, keepTree } from '../kept/kept-tree.ts';
import { changeTree, changeTreePrograms } from '../sandbox/change-tree.ts';
import { checkEmulation } from '../sandbox/emulation.ts';
import { defaultSite, type Site } from '../sandbox/site.ts';
import { type Changes, changedPaths } from './changed-paths.ts';
import { type DerivedData, derivedData } from './derived-data.ts';

/** What derived data depend on in addition to the tree. */
export interface DeriveOptions {
  /** The tree as packages left it, and its name in the cache. */
  packages: Tree;
  key: string;
  /** Paths that overlays put there: what they bring themselves is not made. */
  overlaid: ReadonlySet<string>;
  lock: Pick<PackagesLock, 'arch' | 'date'>;
  site?: Site;
}

/** Data to make: with its program in this tree, and the inputs that are not those of the packages. */
interface Stale extends DerivedData {
  path: string;
  changes: Changes;
}

/**
 * Makes the data anew whose inputs are not those of the packages any more, by the image's own programs, and changes the
 * tree. Reports what was made, and what has no program to make it. Throws `tool_failed` with a program's last lines.
 */
export async function deriveData(tree: Tree, options: DeriveOptions, report: Reporter): Promise<void> {
  const stale = await findStale(tree, options.packages, report);
  if (stale.length === 0) return;
  const made = await during(
    report,
    'derive',
    0,
    () => makeData(tree, stale, options),
    () => stale.map(({ name }) => name).join(', '),
  );
  const isMade = isOutput(stale);
  for (const entry of tree.values()) {
    if (isMade(entry) && !made.has(entry.path) && !options.overlaid.has(entry.path)) tree.delete(entry.path);
  }
  for (const entry of made.values()) {
    if (!isMade(entry) || options.overlaid.has(entry.path)) continue;
    putDirectory(tree, parentOf(entry.path));
    tree.set(entry.path, entry);
  }
}

async function findStale(tree: Tree, packages: Tree, report: Reporter): Promise<Stale[]> {
  const stale: Stale[] = [];
  for (const data of derivedData) {
    const changes = await changedPaths(packages, tree, matchPaths([...data.inputs, data.program]));
    const [first] = changes.keys();
    if (first === undefined) continue;
    const path = findProgram(tree, data.program);
    if (path) stale.push({ ...data, path, changes });
    else if (tree.has(first)) {
      const problem = `nothing in the image makes them of /${first}; that is the package ${data.package}`;
      report.warn?.(`${data.name}: ${problem}`);
    }
  }
  return stale;
}

function findProgram(tree: Tree, glob: string): string | undefined {
  const matches = matchPaths([glob]);
  return [...tree.keys()].find((path) => matches(path) && follow(tree, path)?.type === 'file');
}

/** Runs all commands in one sandbox and keeps what they made, and nothing else of the tree they left. */
async function makeData(
  tree: Tree,
  stale: readonly Stale[],
  { key, lock, site = defaultSite }: DeriveOptions,
): Promise<Tree> {
  const { host, trees } = site;
  const programs = stale.map(({ commands, path }) => `#!/bin/sh -eu\nprogram=/${path}\n${commands}\n`);
  const changes = stale.map((each) => [...each.changes]);
  const sandbox = await Promise.all(changeTreePrograms.map((file) => readFile(file, 'utf8')));
  const recipe = JSON.stringify({ key, stale, changes, programs, sandbox });
  const own = createHash('sha256').update(recipe).digest('hex');
  const kept = await findKeptTree(own, trees);
  if (kept) return kept;
  await checkEmulation(lock.arch);
  const epoch = Date.parse(lock.date) / 1000;
  const makeTar = (tar: string) =>
    withScratch(temporaryPrefix(), async (work) => {
      const files: string[] = [];
      for (const [index, { name }] of stale.entries()) {
        const file = join(work, String(index), name.replaceAll(' ', '-'));
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, programs[index]!);
        files.push(file);
      }
      const whole = join(work, 'whole.tar');
      await changeTree(new Map(tree), files, whole, { epoch, arch: lock.arch, host });
      const after = await readTree(createReadStream(whole), join(work, 'contents'));
      const made: Tree = new Map();
      for (const entry of [...after.values()].filter(isOutput(stale))) {
        putDirectory(made, parentOf(entry.path));
        made.set(entry.path, entry);
      }
      await pipeline(writeTree(made, epoch), createWriteStream(tar));
    });
  return keepTree(own, makeTar, trees);
}

/** Picks the files and links that are made. */
function isOutput(stale: readonly DerivedData[]): (entry: Entry) => boolean {
  const outputs = matchPaths(stale.flatMap((data) => data.outputs));
  const links = matchPaths(stale.flatMap((data) => data.links ?? []));
  return ({ path, type }) => (type === 'symlink' && links(path)) || (type !== 'directory' && outputs(path));
}
