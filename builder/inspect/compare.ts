import { join } from 'node:path';
import { parseRelease, type Release } from '../../protocol/documents/release.ts';
import { releaseFiles } from '../../protocol/documents/release-files.ts';
import { compareVersions } from '../../protocol/text/debian-version.ts';
import { readGiven } from '../../system/files/read-given.ts';
import { type LockChange, lockChanges } from '../packages/lock/lock-changes.ts';
import { type PackagesLock, parseLock } from '../packages/lock/packages-lock.ts';
import { compareRoots, type FileChange } from '../root/compare-roots.ts';

/** A value in the one release and in the other. */
export interface Pair<T> {
  from: T;
  to: T;
}

/** What changed from one release to another. */
export interface Changes {
  release: Pair<string>;
  created: Pair<string>;
  rootHash: Pair<string>;
  /** Kernel versions as their packages name them; null without one. */
  kernel: Pair<string | null>;
  /** Bytes of each file of a release that either has; null where it is not there. */
  sizes: ({ file: string } & Pair<number | null>)[];
  packages: LockChange[];
  files: FileChange[];
}

const notCompared = ['loader.efi', 'packages.lock', 'sbom.cdx.json'];

/** Compares two releases by what is in their folders. Throws `not_found`, `release_invalid`. */
export async function compare(first: string, second: string): Promise<Changes> {
  const [before, after] = [await load(first), await load(second)];
  const pair = <T>(of: (loaded: Loaded) => T): Pair<T> => ({ from: of(before), to: of(after) });
  const sizes = pair(({ release }) => sizesOf(release));
  const names = [...new Set([...sizes.from.keys(), ...sizes.to.keys()])];
  return {
    release: pair(({ release: { name, version, arch } }) => `${name} ${version} ${arch}`),
    created: pair(({ release }) => release.created),
    rootHash: pair(({ release }) => release.root.verity.rootHash),
    kernel: pair(({ lock }) => kernelOf(lock)),
    sizes: names.map((file) => ({
      file,
      from: sizes.from.get(file) ?? null,
      to: sizes.to.get(file) ?? null,
    })),
    packages: lockChanges(before.lock, after.lock),
    files: await compareRoots(join(first, 'root.erofs'), join(second, 'root.erofs')),
  };
}

interface Loaded {
  release: Release;
  lock: PackagesLock;
}

async function load(folder: string): Promise<Loaded> {
  const lockFile = join(folder, 'packages.lock');
  const release = parseRelease(await readGiven(join(folder, 'release.json')));
  return { release, lock: parseLock(await readGiven(lockFile), lockFile) };
}

/** Of what a host takes from a release; lists of its parts are compared by their content. */
function sizesOf(release: Release): Map<string, number> {
  const files = releaseFiles(release).filter(({ name }) => !notCompared.includes(name));
  return new Map(files.map(({ name, size }) => [name, size]));
}

/** Debian's kernel packages carry their version in their name. */
function kernelOf({ packages }: PackagesLock): string | null {
  const names = packages.flatMap(({ name }) => /^linux-image-(\d.*?)(?:-unsigned)?$/.exec(name)?.[1] ?? []);
  return names.toSorted(compareVersions).at(-1) ?? null;
}
