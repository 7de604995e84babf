import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { InterlockError } from '../../../protocol/errors.ts';
import { run } from '../../../system/run.ts';
import { type BootstrapMode, bootstrapMode } from '../bootstrap-mode.ts';
import { checkEmulation } from '../emulation.ts';
import { findKeptTree, keepTree } from '../kept-tree.ts';
import type { PackagesLock } from '../packages-lock.ts';
import { removeWhere } from '../tree/change.ts';
import type { Tree } from '../tree/entry.ts';
import type { SourceDigest } from '../tree/sources/add-source.ts';
import { writeTree } from '../tree/write-tree.ts';

const program = fileURLToPath(new URL('in-tree.sh', import.meta.url));

/** The name in the cache of a tree that scripts ran in: everything that decides about its content. */
export async function scriptsKey(
  base: string,
  sources: readonly SourceDigest[],
  scripts: readonly string[],
): Promise<string> {
  const contents = await Promise.all([program, ...scripts].map((file) => readFile(file, 'utf8')));
  return createHash('sha256').update(JSON.stringify({ base, sources, contents })).digest('hex');
}

/**
 * Runs the definition's scripts inside the tree, each as root of it and without network, and gives what they left; from
 * the cache when they ran in this very tree before. Throws `tool_failed` with a script's last lines.
 */
export async function runScripts(
  tree: Tree,
  key: string,
  scripts: readonly string[],
  lock: PackagesLock,
): Promise<Tree> {
  const kept = await findKeptTree(key);
  if (kept) return kept;
  await checkEmulation(lock.arch);
  const mode = await bootstrapMode();
  // devices of the tree are the builder's own, mounted while scripts run
  removeWhere(tree, (path) => path.startsWith('dev/'));
  return keepTree(key, (tar) => runInside(tree, scripts, lock, mode, tar));
}

async function runInside(
  tree: Tree,
  scripts: readonly string[],
  { date }: PackagesLock,
  mode: BootstrapMode,
  tar: string,
): Promise<void> {
  const epoch = Date.parse(date) / 1000;
  const work = await mkdtemp(join(tmpdir(), 'interlock-scripts-'));
  try {
    await chmod(work, 0o755);
    await pipeline(writeTree(tree, epoch), createWriteStream(join(work, 'before.tar')));
    await mkdir(join(work, 'scripts'));
    for (const [index, script] of scripts.entries()) {
      const name = `${String(index).padStart(3, '0')}-${basename(script)}`;
      await copyFile(script, join(work, 'scripts', name));
    }
    const namespaces = ['--mount', '--net', '--uts', '--ipc', '--pid', '--fork', '--kill-child'];
    const asRoot = mode === 'unshare' ? ['--user', '--map-root-user', '--map-auto'] : [];
    await run('unshare', [...asRoot, ...namespaces, '/bin/sh', program, work], {
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: '/root',
        LC_ALL: 'C.UTF-8',
        TZ: 'UTC',
        SOURCE_DATE_EPOCH: String(epoch),
      },
    });
    await rename(join(work, 'after.tar'), tar).catch((error) => {
      if (error.code !== 'EXDEV') throw error;
      return copyFile(join(work, 'after.tar'), tar);
    });
  } catch (error) {
    throw scriptProblem(error);
  } finally {
    await removeTree(work, mode);
  }
}

/** What scripts made in a user namespace belongs to numbers that only root of such a namespace may remove. */
async function removeTree(work: string, mode: BootstrapMode): Promise<void> {
  if (mode === 'unshare') {
    await run('unshare', ['--user', '--map-root-user', '--map-auto', 'rm', '-rf', join(work, 'tree')]);
  }
  await rm(work, { recursive: true, force: true });
}

function scriptProblem(error: unknown): unknown {
  if (!(error instanceof InterlockError) || error.code !== 'tool_failed') return error;
  const output = String(error.details.output);
  const [, name, status] = /^\d{3}-(\S+) ended with status (\d+):/m.exec(output) ?? [];
  if (!name || !status) return error;
  const rest = output.slice(output.indexOf(':\n') + 2).trim();
  return new InterlockError(
    'tool_failed',
    { tool: `script ${name}`, status, output: rest },
    { cause: error },
  );
}
