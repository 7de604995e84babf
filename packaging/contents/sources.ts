import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../deb/entry.ts';

/** The files of some folders that git has, by their paths in the repository, as they are now. */
export function trackedFiles(root: string, folders: readonly string[]): Map<string, Entry> {
  const listed = execFileSync('git', ['-C', root, 'ls-files', '--stage', '-z', '--', ...folders], {
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  const lines = listed.split('\0').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [, mode = '', path = ''] = /^(\d+) \S+ \d\t(.*)$/.exec(line) ?? [];
      return [path, readEntry(join(root, path), mode)];
    }),
  );
}

function readEntry(file: string, mode: string): Entry {
  if (mode === '120000') return { kind: 'link', target: readlinkSync(file) };
  return { kind: 'file', bytes: readFileSync(file), mode: mode === '100755' ? 0o755 : 0o644 };
}
