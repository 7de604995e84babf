import { Readable } from 'node:stream';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Tree } from '../entries/entry.ts';
import { readTree } from '../entries/read-tree.ts';
import { openTar } from './open-tar.ts';

/**
 * Reads a tar file, compressed or not, into a tree; `also` gets the file's own bytes. Every problem inside
 * is reported with the file's name, since a definition may have many. Throws `not_found`, `bad_input`.
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
