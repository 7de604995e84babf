import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../system/process/run.ts';
import { chooseAccelerator } from '../support/vm/host.ts';

const home = join(import.meta.dirname, '../..');
/** The command line that journeys call. */
export const interlock = join(home, 'cli/main.ts');
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
  /** Builds another version from the same packages with something changed; gives its folder. */
  vary(version: string, change: Variation): Promise<string>;
}

/** How a release differs from the image it is made of. */
export interface Variation {
  /** Appended to the kernel command line. */
  cmdline?: string;
  /** Executable files laid over the image, by path. */
  scripts?: Readonly<Record<string, string>>;
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
  return {
    keys: join(folder, 'keys'),
    release,
    disk: join(folder, 'disk.raw'),
    vary: (version, change) => buildVariation(image, folder, version, change),
  };
}

async function buildVariation(
  image: string,
  folder: string,
  version: string,
  change: Variation,
): Promise<string> {
  const mark = createHash('sha256').update(JSON.stringify(change)).digest('hex').slice(0, 12);
  const out = join(folder, 'variations', mark);
  const release = join(out, `${image}-${version}-${arch}`);
  if (existsSync(release)) return release;
  await mkdir(out, { recursive: true });
  const definition = await mkdtemp(join(tmpdir(), 'interlock-image-'));
  try {
    await cp(join(home, 'images', image), definition, { recursive: true, verbatimSymlinks: true });
    await changeDefinition(definition, change);
    const lock = join(folder, 'releases', `${image}-1-${arch}`, 'packages.lock');
    const trust = join(folder, 'keys/metadata/root.json');
    const common = ['--version', version, '--out', out, '--trust', trust, '--lock', lock, '--offline'];
    await run(process.execPath, [interlock, 'build', definition, ...common]);
  } finally {
    await rm(definition, { recursive: true });
  }
  return release;
}

async function changeDefinition(folder: string, { cmdline, scripts }: Variation): Promise<void> {
  const file = join(folder, 'image.toml');
  const usual = await readFile(file, 'utf8');
  const text = usual.replace(
    /^cmdline = "(.*)"$/m,
    (_, own) => `cmdline = "${[own, cmdline].filter(Boolean).join(' ')}"`,
  );
  await writeFile(file, text);
  for (const [path, content] of Object.entries(scripts ?? {})) {
    const target = join(folder, 'overlay', path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content, { mode: 0o755 });
  }
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
    await prune(image);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}

/** Keeps what was built last and the one before. */
async function prune(image: string): Promise<void> {
  const parent = join(home, '.cache/journey');
  const names = (await readdir(parent)).filter((name) => name.startsWith(`${image}-`));
  const ages = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(parent, name))).mtimeMs })),
  );
  for (const { name } of ages.sort((a, b) => b.at - a.at).slice(2)) {
    await rm(join(parent, name), { recursive: true, force: true });
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
