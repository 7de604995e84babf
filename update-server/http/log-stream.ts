import { writeSync } from 'node:fs';
import { visibleJson } from '../../protocol/text/visible.ts';

const stderr = 2;

/**
 * Where the server's log goes: lines of JSON in which names given by callers contain no control characters. They go to stderr at
 * once, or nowhere when it is full, closed or not read: the server goes on without its log.
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

/** The log of every server in this process. */
export const logStream = openLogStream();
