import { visibleJson } from '../protocol/visible.ts';

/** Where the server's log goes: lines of JSON in which nothing that callers named is obeyed by who reads them. */
export const logStream = {
  write(line: string): void {
    process.stderr.write(visibleJson(line));
  },
};
