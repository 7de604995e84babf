import { createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { temporaryPrefix, withScratch } from '../../../system/files/scratch.ts';
import { removeWhere } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { writeTree } from '../entries/write-tree.ts';
import { inSandbox } from './in-sandbox.ts';
import { mountTree, treeEnvironment, unmountTree } from './run-in-tree.ts';
import type { SandboxMode } from './sandbox-mode.ts';
import type { SimulatedHost } from './simulated-host.ts';

/** How programs change a tree. */
export interface ChangeOptions {
  /** The programs' time, in seconds since 1970. */
  epoch: number;
  arch: Arch;
  host?: SimulatedHost;
  mode?: SandboxMode;
}

const program = fileURLToPath(new URL('change-tree.sh', import.meta.url));

/** The shell programs that decide about what `changeTree` leaves. */
export const changeTreePrograms = [program, mountTree, unmountTree];

/**
 * Lays a tree out in a folder, runs programs (files of the build host) inside it in order, as root of it, and packs
 * what they left into `tar`. Throws `tool_failed` with a program's last lines.
 */
export async function changeTree(
  tree: Tree,
  programs: readonly string[],
  tar: string,
  options: ChangeOptions,
): Promise<void> {
  const { epoch, ...sandbox } = options;
  await withScratch(temporaryPrefix(), async (work) => {
    await chmod(work, 0o755);
    // devices of the tree are the sandbox's own, mounted while programs run
    removeWhere(tree, (path) => path.startsWith('dev/'));
    await pipeline(writeTree(tree, epoch), createWriteStream(join(work, 'before.tar')));
    await mkdir(join(work, 'scripts'));
    for (const [index, file] of programs.entries()) {
      const name = `${String(index).padStart(3, '0')}-${basename(file)}`;
      await copyFile(file, join(work, 'scripts', name));
    }
    const argv = ['/bin/sh', program, work, mountTree, unmountTree];
    await inSandbox(argv, { env: treeEnvironment(epoch), ...sandbox }).catch((error) => {
      throw scriptProblem(error);
    });
    await rename(join(work, 'after.tar'), tar).catch((error) => {
      if (error.code !== 'EXDEV') throw error;
      return copyFile(join(work, 'after.tar'), tar);
    });
  });
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
