import { closeSync, openSync, readSync } from 'node:fs';
import { type Match, match } from './match.ts';

/** A stretch of a file. */
export interface FileStretch {
  file: string;
  from: number;
  length: number;
}

/** Reads two stretches whole and compares them. */
export function matchFiles(old: FileStretch, next: FileStretch): Match[] {
  return match(read(old), read(next));
}

function read({ file, from, length }: FileStretch): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  const handle = openSync(file, 'r');
  try {
    for (let done = 0; done < length; ) {
      const count = readSync(handle, bytes, done, length - done, from + done);
      if (count === 0) throw new Error(`${file} ends at ${from + done}`);
      done += count;
    }
    return bytes;
  } finally {
    closeSync(handle);
  }
}
