import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeDurably } from '../../../system/files/durable.ts';
import { privateFile, privateFolder } from '../../../system/files/private-files.ts';

/** Lines about a host that are read again, for as long as the instance or the image that they are about. */
export const noteFiles = {
  /** Commands that failed, a line each: the number and the status; the unit adds the script's own as number 0. */
  commands: '/var/lib/interlock/user-data/commands.failed',
  /** What of the host's own accounts does not hold beside the running image's. */
  merge: '/var/lib/interlock/users/notes',
} as const;

/** Replaces the lines of a file; none is no file. */
export async function writeNotes(root: string, file: string, lines: readonly string[]): Promise<void> {
  const path = join(root, file);
  if (lines.length === 0) return rm(path, { force: true });
  await mkdir(dirname(path), { recursive: true, mode: privateFolder });
  await writeDurably(path, lines.map((line) => `${line}\n`).join(''), privateFile);
}

/** The lines of a file that is there when there is something to say. */
export async function readNotes(root: string, file: string): Promise<string[]> {
  // nothing to say, or nothing that can be read
  const text = await readFile(join(root, file), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean);
}
