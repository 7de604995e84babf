import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildHostArch } from '../../builder/build-host/build-host-arch.ts';
import type { Arch } from '../../protocol/schema/schema.ts';
import { run } from '../../system/process/run.ts';
import { chooseAccelerator } from '../support/vm/host.ts';

const home = join(import.meta.dirname, '../..');
const parent = join(home, '.cache/journey');
/** The command line that journeys call. */
export const interlock = join(home, 'cli/main.ts');

/** What a built image depends on, besides Debian's archive. */
const sources = ['agent', 'bin', 'builder', 'cli', 'images', 'protocol', 'system', 'package-lock.json'];

/** What journeys start from. */
export interface Built {
  arch: Arch;
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

/** Which image, for which machines, and where it is kept. */
interface Kept {
  image: string;
  arch: Arch;
  folder: string;
}

/**
 * Builds versions 1 and 2 of an image and a disk with version 1, from the same packages, through the command line.
 * Kept under `.cache/journey/` for as long as nothing that goes into them changes. For another architecture than this
 * machine's, `setup.js` first installs what builds it and what its machines run on.
 */
export async function buildImages(image = 'tiny', arch: Arch = buildHostArch()): Promise<Built> {
  if (arch !== buildHostArch()) await run(process.execPath, [join(home, 'setup.js'), `--${arch}`]);
  const folder = join(parent, `${prefixOf(image, arch)}${await fingerprint()}`);
  const kept = { image, arch, folder };
  if (!existsSync(folder)) await build(kept);
  await chooseAccelerator(join(releaseIn(kept, '1'), 'boot.efi'), arch);
  return {
    arch,
    keys: join(folder, 'keys'),
    release: (version) => releaseIn(kept, version),
    disk: join(folder, 'disk.raw'),
    vary: (version, change) => buildVariation(kept, version, change),
  };
}

function prefixOf(image: string, arch: Arch): string {
  return arch === buildHostArch() ? `${image}-` : `${image}-${arch}-`;
}

function releaseIn({ image, arch, folder }: Kept, version: string): string {
  return join(folder, 'releases', `${image}-${version}-${arch}`);
}

async function buildVariation(kept: Kept, version: string, change: Variation): Promise<string> {
  const { image, arch, folder } = kept;
  const mark = createHash('sha256').update(JSON.stringify(change)).digest('hex').slice(0, 12);
  const out = join(folder, 'variations', mark);
  const release = join(out, `${image}-${version}-${arch}`);
  if (existsSync(release)) return release;
  await mkdir(out, { recursive: true });
  const definition = await mkdtemp(join(tmpdir(), 'interlock-image-'));
  try {
    await cp(join(home, 'images', image), definition, { recursive: true, verbatimSymlinks: true });
    await changeDefinition(definition, change);
    const lock = join(releaseIn(kept, '1'), 'packages.lock');
    const trust = join(folder, 'keys/metadata/root.json');
    const common = ['--version', version, '--out', out, '--trust', trust, '--lock', lock, '--offline'];
    await run(process.execPath, [interlock, 'build', definition, '--arch', arch, ...common]);
  } finally {
    await rm(definition, { recursive: true });
  }
  return release;
}

async function changeDefinition(folder: string, { cmdline, scripts }: Variation): Promise<void> {
  const file = join(folder, 'image.toml');
  const usual = await readFile(file, 'utf8');
  const text = usual.replace(
    /^cmdline = "(.*)"$/gm,
    (_, own) => `cmdline = "${[own, cmdline].filter(Boolean).join(' ')}"`,
  );
  await writeFile(file, text);
  for (const [path, content] of Object.entries(scripts ?? {})) {
    const target = join(folder, 'overlay', path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content, { mode: 0o755 });
  }
}

async function build(kept: Kept): Promise<void> {
  const { image, arch, folder } = kept;
  const work = `${folder}.${process.pid}`;
  const first = releaseIn({ ...kept, folder: work }, '1');
  await mkdir(work, { recursive: true });
  try {
    const keys = join(work, 'keys');
    const call = (...args: string[]) => run(process.execPath, [interlock, ...args]);
    await call('keys', 'init', keys);
    const trust = join(keys, 'metadata/root.json');
    const common = ['--arch', arch, '--out', join(work, 'releases'), '--trust', trust];
    const definition = join(home, 'images', image);
    await call('build', definition, '--version', '1', ...common);
    const lock = join(first, 'packages.lock');
    await call('build', definition, '--version', '2', ...common, '--lock', lock, '--offline');
    await call('disk', first, '--out', join(work, 'disk.raw'));
    await rename(work, folder);
    await prune(kept);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}

/** Keeps what was built last and the one before. */
async function prune({ image, arch }: Kept): Promise<void> {
  const prefix = prefixOf(image, arch);
  const own = (name: string) => name.startsWith(prefix) && /^[0-9a-f]{16}\b/.test(name.slice(prefix.length));
  const names = (await readdir(parent)).filter(own);
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
