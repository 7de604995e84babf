import { readFile, stat } from 'node:fs/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { readError } from './read-error.ts';

/** The largest documents have a few MiB: lists of packages, or of their parts. */
const longest = 64 * 1024 * 1024;

/**
 * Reads a file that somebody named. What is not there is `not_found`; a folder, a device, a file that the disk or its mode
 * withholds, or one that would fill the memory is `bad_input`, by its name.
 */
export async function readGiven(file: string, limit: number = longest): Promise<Buffer> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw unusable(file, 'is not a file');
    if (found.size > limit) throw unusable(file, `is ${found.size} bytes long`);
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof InterlockError) throw cause;
    throw readError(file, cause);
  }
}

function unusable(what: string, problem: string): InterlockError {
  return new InterlockError('bad_input', { what, problem });
}
