import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../system/run.ts';
import { chooseAccelerator } from '../support/vm/host.ts';

const home = join(import.meta.dirname, '../..');
/** The command line that journeys call. */
export const interlock = join(home, 'bin/interlock.js');
const arch = process.arch === 'arm64' ? 'arm64' : 'x86-64';

/** What a built image depends on, besides Debian's archive. */
const sources = ['agent', 'bin', 'builder', 'cli', 'images', 'protocol', 'system', 'package-lock.json'];

/** What journeys start from. */
export interface Built {
  keys: string;
  /** Folders of releases by version. */
  release(version: string): string;
  /** A first-install disk of version 1; copy it. */
  disk: string;
}

/**
 * Builds versions 1 and 2 of an image and a disk with version 1, from the same packages, through the command line.
 * Kept under `.cache/journey/` for as long as nothing that goes into them changes.
 */
export async function buildImages(image = 'tiny'): Promise<Built> {
  const folder = join(home, '.cache/journey', `${image}-${await fingerprint()}`);
  const release = (version: string, from = folder) => join(from, 'releases', `${image}-${version}-${arch}`);
  if (!existsSync(folder)) await build(image, folder, release);
  await chooseAccelerator(join(release('1'), 'boot.efi'));
  return { keys: join(folder, 'keys'), release, disk: join(folder, 'disk.raw') };
}

async function build(
  image: string,
  folder: string,
  release: (version: string, from?: string) => string,
): Promise<void> {
  const work = `${folder}.${process.pid}`;
  await mkdir(work, { recursive: true });
  try {
    const keys = join(work, 'keys');
    const call = (...args: string[]) => run(process.execPath, [interlock, ...args]);
    await call('keys', 'init', keys);
    const common = ['--out', join(work, 'releases'), '--trust', join(keys, 'metadata/root.json')];
    const definition = join(home, 'images', image);
    await call('build', definition, '--version', '1', ...common);
    const lock = join(release('1', work), 'packages.lock');
    await call('build', definition, '--version', '2', ...common, '--lock', lock, '--offline');
    await call('disk', release('1', work), '--out', join(work, 'disk.raw'));
    await rename(work, folder);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}

/** Changes whenever a source file does. */
async function fingerprint(): Promise<string> {
  const digest = createHash('sha256');
  for (const source of sources) {
    const path = join(home, source);
    const names = (await stat(path)).isDirectory() ? await readdir(path, { recursive: true }) : [''];
    for (const name of names.sort()) {
      const content = await readFile(join(path, name)).catch(() => '');
      digest.update(`${source}/${name}\0${content.length}\0`).update(content);
    }
  }
  return digest.digest('hex').slice(0, 16);
}
