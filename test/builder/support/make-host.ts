import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Entry, Tree } from '../../../builder/tree/entries/entry.ts';
import { readTree } from '../../../builder/tree/entries/read-tree.ts';
import { writeTree } from '../../../builder/tree/entries/write-tree.ts';

const programs = join(import.meta.dirname, '../../../builder/tree/base/usr/lib/interlock');
/** The program that copies what a host gets once. */
export const laySeeds = join(programs, 'lay-seeds');

/** A host's folder whose /var outlives its releases, as far as the real systemd-tmpfiles(8) makes it; needs root. */
export interface Host {
  root: string;
  /** Puts a release in the place of the last one. */
  lay(tree: Tree): Promise<void>;
  /** Does so, starts the release, and gives what systemd-tmpfiles(8) complained about. */
  boot(tree: Tree): Promise<string>;
  /** What lies in /var now. */
  look(): Promise<Map<string, Entry>>;
  remove(): Promise<void>;
}

export async function makeHost(): Promise<Host> {
  const work = await mkdtemp(join(tmpdir(), 'interlock-host-'));
  const root = join(work, 'root');
  const tar = join(work, 'tree.tar');
  await mkdir(join(root, 'var'), { recursive: true });
  const lay = async (tree: Tree) => {
    for (const name of await readdir(root)) {
      if (name !== 'var') await rm(join(root, name), { recursive: true });
    }
    await pipeline(writeTree(tree, 0), createWriteStream(tar));
    call('tar', [
      '--extract',
      '--preserve-permissions',
      '--xattrs',
      '--xattrs-include=*',
      '--numeric-owner',
      '--file',
      tar,
      '--directory',
      root,
    ]);
  };
  return {
    root,
    lay,
    async boot(tree) {
      await lay(tree);
      call(join(programs, 'follow-links'), [root]);
      call(laySeeds, [root]);
      return call('systemd-tmpfiles', ['--create', '--remove', '--boot', `--root=${root}`]);
    },
    async look() {
      call('tar', [
        '--create',
        '--numeric-owner',
        '--format=posix',
        '--xattrs',
        '--xattrs-include=*',
        '--file',
        tar,
        '--directory',
        root,
        'var',
      ]);
      const packed = spawnSync('cat', [tar], { maxBuffer: 1 << 28 }).stdout;
      await writeFile(join(work, 'spool'), '');
      return readTree(Readable.from([packed]), join(work, 'spool'));
    },
    remove: () => rm(work, { recursive: true }),
  };
}

function call(tool: string, args: string[]): string {
  const { status, stderr } = spawnSync(tool, args);
  const text = stderr.toString('latin1');
  if (status !== 0 && tool !== 'systemd-tmpfiles') throw new Error(text);
  return text;
}
