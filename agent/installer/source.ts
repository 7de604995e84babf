import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type Medium, mediumFiles, parseMedium } from '../../protocol/installer/medium.ts';

/** Which of a medium's files. */
export type SourceFile = 'root' | 'verity' | 'parts' | 'table';

/** What is installed, and where it is read from. */
export interface Source {
  medium: Medium;
  read(file: SourceFile): AsyncIterable<Buffer>;
}

/** Opens the folder of a medium; `sha256` is what its manifest must hash to. Throws `not_found`, `bad_input`. */
export async function openSource(folder: string, sha256?: string): Promise<Source> {
  const file = join(folder, mediumFiles.manifest);
  const text = await readFile(file).catch((cause) => {
    throw new InterlockError('not_found', { what: file }, { cause });
  });
  const found = hash('sha256', text);
  if (sha256 !== undefined && found !== sha256) {
    throw new InterlockError('bad_input', { what: file, problem: `hashes to ${found}, not ${sha256}` });
  }
  return {
    medium: parseMedium(text),
    read: (name) => createReadStream(join(folder, mediumFiles[name]), { highWaterMark: 1024 * 1024 }),
  };
}
