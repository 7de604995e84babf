import { writeSync } from 'node:fs';
import { visibleJson } from '../../protocol/text/visible.ts';

const stderr = 2;

/**
 * Where the server's log goes: lines of JSON in which nothing that callers named is obeyed by who reads them. They go to stderr at
 * once, or nowhere when it is full, closed or not read: a server outlives its log.
 */
export function openLogStream(write: typeof writeSync = writeSync): { write(line: string): void } {
  return {
    write(line) {
      try {
        let rest = Buffer.from(visibleJson(line));
        while (rest.length > 0) rest = rest.subarray(write(stderr, rest));
      } catch {
        // a log that cannot be written has nowhere to say so
      }
    },
  };
}

/** The one that every server of this process writes to. */
export const logStream = openLogStream();
