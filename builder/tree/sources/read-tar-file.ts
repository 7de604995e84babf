import { Readable } from 'node:stream';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Tree } from '../entries/entry.ts';
import { readTree } from '../entries/read-tree.ts';
import { openTar } from './open-tar.ts';

/**
 * Reads a tar that somebody gave, packed or not, into a tree; `also` sees the file's own bytes. Whatever is wrong inside
 * is said with the file's name, for a definition may have many. Throws `not_found`, `bad_input`.
 */
export async function readTarFile(
  file: string,
  spool: string,
  below: Tree,
  also: (chunk: Buffer) => void,
): Promise<Tree> {
  try {
    return await readTree(Readable.from(openTar(file, also)), spool, { below, keepTimes: true });
  } catch (cause) {
    if (!(cause instanceof InterlockError) || cause.code !== 'bad_input') throw cause;
    const { what, problem } = cause.details as { what: string; problem: string };
    if (what === file) throw cause;
    const within = what === 'tar' ? file : `${file}: ${what}`;
    throw new InterlockError('bad_input', { what: within, problem }, { cause });
  }
}
