import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reportOn } from '../../builder/build-host/reporter.ts';
import { define } from '../../builder/definition/define.ts';
import type { Definition } from '../../builder/definition/definition.ts';
import { resolve } from '../../builder/packages/archive/resolve.ts';
import type { PackagesLock } from '../../builder/packages/lock/packages-lock.ts';
import { findMirror } from '../../builder/packages/network/mirror.ts';
import { build } from '../../builder/release/build.ts';
import { loadRelease } from '../../builder/release/check-release.ts';
import type { Release } from '../../protocol/documents/release.ts';

/** A release, its folder, and the packages in it. */
export interface Placed {
  dir: string;
  release: Release;
  lock: PackagesLock;
}

/** Two versions of an image. */
export interface Pair {
  name: PairName;
  old: Placed;
  next: Placed;
}

/** The pairs there are: what differs, and the Debian release it differs in where there are several. */
export const pairNames = ['config-file', 'one-package', 'security-13', 'security-12', 'major'] as const;
export type PairName = (typeof pairNames)[number];

const image = join(import.meta.dirname, 'debian');
const settings = join('etc', 'bench.conf');

/** Builds one pair out of Debian's packages; new versions are packed as small as they are for publishing. */
export async function makePair(name: PairName, work: string): Promise<Pair> {
  const trixie = await define(image);
  const bookworm = { ...trixie, suite: 'bookworm' };
  const make = maker(name, work);
  switch (name) {
    case 'config-file': {
      const lock = await updated(trixie);
      const more = { ...trixie, overlays: [...trixie.overlays, await moreOf(work)] };
      return { name, old: await make(trixie, lock, '1'), next: await make(more, lock, '2') };
    }
    case 'one-package': {
      const now = await updated(trixie);
      const before = withOlder(now, await pointRelease(trixie), /^(openssl|libssl3)/);
      return { name, old: await make(trixie, before, '1'), next: await make(trixie, now, '2') };
    }
    case 'security-13':
    case 'security-12': {
      const suite = name === 'security-13' ? trixie : bookworm;
      const old = await make(suite, await pointRelease(suite), '1');
      return { name, old, next: await make(suite, await updated(suite), '2') };
    }
    case 'major': {
      const old = await make(bookworm, await updated(bookworm), '1');
      return { name, old, next: await make(trixie, await updated(trixie), '2') };
    }
  }
}

/** The same configuration file with one line more. */
async function moreOf(work: string): Promise<string> {
  const overlay = join(work, 'overlay');
  await mkdir(join(overlay, 'etc'), { recursive: true });
  await writeFile(join(overlay, settings), 'one=1\ntwo=2\n');
  return overlay;
}

async function updated(definition: Definition): Promise<PackagesLock> {
  return resolve(definition, definition.arch, await findMirror());
}

async function pointRelease(definition: Definition): Promise<PackagesLock> {
  const { main } = await findMirror();
  return resolve(definition, definition.arch, { main, security: null, updates: false });
}

/** A lock with some packages as they were before. */
function withOlder(lock: PackagesLock, base: PackagesLock, names: RegExp): PackagesLock {
  const packages = lock.packages.map(
    (now) => (names.test(now.name) && base.packages.find(({ name }) => name === now.name)) || now,
  );
  return { ...lock, packages };
}

function maker(
  name: string,
  work: string,
): (definition: Definition, lock: PackagesLock, version: '1' | '2') => Promise<Placed> {
  return async (definition, lock, version) => {
    const level = version === '2' ? 19 : 1;
    const out = join(work, name);
    const { folder } = await build(definition, { version, out, lock, level }, reportOn(process.stderr));
    return { dir: folder, release: (await loadRelease(folder)).release, lock };
  };
}
