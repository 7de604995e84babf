import { cp, link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { reportOn } from '../builder/build-host/reporter.ts';
import { define } from '../builder/definition/define.ts';
import { fetchPackages } from '../builder/packages/fetch-packages.ts';
import { formatLock } from '../builder/packages/lock/packages-lock.ts';
import { lockFor } from '../builder/packages/lock-for.ts';
import { findMirror } from '../builder/packages/network/mirror.ts';
import { byMkosi, byMmdebstrap } from './build/peers.ts';
import { type Taken, timed } from './build/timed.ts';
import type { Measured } from './figure.ts';

/** One line that says what is measured. */
export const summary =
  'a whole release of images/core: cold (packages on the disk, nothing installed), warm (nothing changed), overlay (one file more)';

const program = join(import.meta.dirname, '../bin/interlock');

/** Measures our builds beside mmdebstrap, which only installs, and beside mkosi where it runs. */
export async function* bench(): AsyncGenerator<Measured> {
  const work = await mkdtemp(join(tmpdir(), 'bench-build-'));
  try {
    const report = reportOn(process.stderr);
    const image = join(work, 'core');
    await cp(join(import.meta.dirname, '../images/core'), image, { recursive: true, verbatimSymlinks: true });
    const definition = await define(image);
    const lock = await lockFor(definition, definition.arch, undefined, report);
    const mirror = await findMirror();
    const files = await fetchPackages(lock.packages, mirror, report);
    await writeFile(join(image, 'packages.lock'), formatLock(lock));
    const cache = join(work, 'cache');
    await mkdir(join(cache, 'packages'), { recursive: true });
    for (const file of files.values()) {
      const kept = join(cache, 'packages', basename(file));
      await link(file, kept).catch(() => cp(file, kept));
    }
    const build = (version: string) =>
      timed([program, 'build', image, '--version', version, '--offline', '--out', join(work, 'releases')], {
        ...process.env,
        INTERLOCK_CACHE: cache,
      });

    const installed = await byMmdebstrap(work, lock, files);
    yield* compared('cold', await build('1'), 'mmdebstrap', installed, 1.25);
    yield* compared('warm', await build('2'), 'mmdebstrap', installed);
    await writeFile(join(image, 'overlay/etc/bench'), 'one file more\n');
    const changed = await build('3');
    yield { figure: 'overlay, wall', value: changed.wall, unit: 's', atMost: 10 };
    yield { figure: 'overlay, processor', value: changed.cpu, unit: 's' };

    const peer = await byMkosi(work, definition.packages, mirror.main, definition.suite).catch((error) => {
      process.stderr.write(`mkosi did not build: ${error.message}\n`);
      return undefined;
    });
    if (!peer) return;
    await rm(join(cache, 'trees'), { recursive: true });
    await rm(join(cache, 'frames'), { recursive: true });
    yield* compared('cold', await build('4'), 'mkosi (a folder, packages cached)', peer);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function* compared(
  figure: string,
  ours: Taken,
  peer: string,
  theirs: Taken,
  atMost?: number,
): Generator<Measured> {
  const limit = atMost === undefined ? {} : { atMost };
  const unit = 's';
  yield { figure: `${figure}, processor`, value: ours.cpu, unit, peer, peerValue: theirs.cpu, ...limit };
  yield { figure: `${figure}, wall`, value: ours.wall, unit, peer, peerValue: theirs.wall, ...limit };
}
