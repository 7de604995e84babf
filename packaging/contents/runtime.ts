import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripElf } from '../../builder/tree/agent/strip-elf.ts';
import { type Entries, type Entry, textFile } from '../deb/entry.ts';

const modules = 'usr/lib/interlock/node_modules';

/** The architectures that there are packages for: Debian’s name, and Node’s. */
export const architectures = { amd64: 'x64', arm64: 'arm64' } as const;

/** Debian’s name of an architecture. */
export type Architecture = keyof typeof architectures;

/** Packages that stay as they are because they have a native part. */
export const native = ['better-sqlite3'];

/** The pinned Node, stripped, and the packages with native parts; `node` is the unpacked npm package of that architecture. */
export function runtimeFiles(root: string, node: string, architecture: Architecture): Entries {
  const cpu = architectures[architecture];
  const entries = new Map<string, Entry>();
  const add = (path: string, bytes: Uint8Array, mode: 0o644 | 0o755 = 0o644) =>
    entries.set(`${modules}/${path}`, { kind: 'file', bytes, mode });
  add(`node-linux-${cpu}/bin/node`, stripElf(readFileSync(join(node, 'bin/node'))), 0o755);
  add(`node-linux-${cpu}/package.json`, readFileSync(join(node, 'package.json')));
  entries.set(`${modules}/.bin/node`, { kind: 'link', target: `../node-linux-${cpu}/bin/node` });
  const sqlite = join(root, 'node_modules/better-sqlite3');
  for (const file of globSync(['package.json', 'lib/**/*.js', `prebuilds/linux-${cpu}.node`], {
    cwd: sqlite,
  })) {
    const bytes = readFileSync(join(sqlite, file));
    add(`better-sqlite3/${file}`, file.endsWith('.node') ? stripElf(bytes) : bytes);
  }
  return entries;
}

/** The launcher of the checkout, which finds the bundle in place of the sources. */
export function launcher(root: string): Entry {
  const text = readFileSync(join(root, 'bin/interlock'), 'utf8');
  const changes = [
    ['$home/cli/main.ts', '$home/js/interlock.js'],
    [
      'The pinned Node is missing. Run: npm run setup',
      'Node is missing. Run: apt-get install --reinstall interlock',
    ],
  ] as const;
  const packaged = changes.reduce((rest, [from, to]) => {
    if (!rest.includes(from)) throw new Error(`bin/interlock no longer says ${from}`);
    return rest.replace(from, to);
  }, text);
  return textFile(packaged, 0o755);
}
