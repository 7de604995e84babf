import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from '../../builder/build/build.ts';
import { findMirror } from '../../builder/build/mirror.ts';
import type { PackagesLock } from '../../builder/build/packages-lock.ts';
import { reportOn } from '../../builder/build/reporter.ts';
import { resolve } from '../../builder/build/resolve.ts';
import { define } from '../../builder/define/define.ts';
import type { Definition } from '../../builder/define/definition.ts';
import { loadRelease } from '../../builder/sign/check-release.ts';
import type { Release } from '../../protocol/release.ts';

/** A release and its folder. */
export interface Placed {
  dir: string;
  release: Release;
}

/** Two versions of an image, and what differs between them. */
export interface Pair {
  name: string;
  old: Placed;
  next: Placed;
}

const images = join(import.meta.dirname, '../../images');

/**
 * Builds the pairs that are asked for out of one image: a point release and the same with all updates, with one
 * source package's updates, with one more line in a configuration file, and the next distribution.
 */
export async function* makePairs(
  image: string,
  wanted: readonly string[],
  work: string,
): AsyncGenerator<Pair> {
  const dir = join(work, image);
  await cp(join(images, image), dir, { recursive: true, verbatimSymlinks: true });
  const definition = await define(dir);
  const mirror = await findMirror();
  const base = await resolve(definition, definition.arch, {
    main: mirror.main,
    security: null,
    updates: false,
  });
  const updated = await resolve(definition, definition.arch, mirror);
  const make = maker(work);
  const next = await make(definition, updated, '2');

  if (wanted.includes('config')) {
    const file = join(dir, 'overlay/etc/bench.conf');
    await writeFile(file, 'one=1\n');
    const before = await make(definition, updated, '3');
    await writeFile(file, `${await readFile(file, 'utf8')}two=2\n`);
    yield { name: 'one config file', old: before, next: await make(definition, updated, '4') };
    await writeFile(file, '');
  }
  if (wanted.includes('package')) {
    const old = await make(definition, withOlder(updated, base, /^(openssl|libssl3)/), '1.5');
    yield { name: 'one package', old, next };
  }
  if (wanted.includes('security')) {
    yield { name: `security, ${definition.suite}`, old: await make(definition, base, '1'), next };
  }
}

/** A lock with some packages as they were before. */
function withOlder(lock: PackagesLock, base: PackagesLock, names: RegExp): PackagesLock {
  const packages = lock.packages.map(
    (now) => (names.test(now.name) && base.packages.find(({ name }) => name === now.name)) || now,
  );
  return { ...lock, packages };
}

function maker(
  work: string,
): (definition: Definition, lock: PackagesLock, version: string) => Promise<Placed> {
  return async (definition, lock, version) => {
    const { folder } = await build(
      definition,
      { version, out: join(work, 'releases'), lock },
      reportOn(process.stderr),
    );
    return { dir: folder, release: (await loadRelease(folder)).release };
  };
}
