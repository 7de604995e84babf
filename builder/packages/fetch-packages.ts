import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { withScratch } from '../../system/files/scratch.ts';
import type { Progress } from '../../system/terminal/progress.ts';
import { cacheFolder } from '../build-host/cache.ts';
import { digestFile } from '../build-host/digest.ts';
import { during, type Reporter } from '../build-host/reporter.ts';
import { checkLocal, isLocal, takeLocal } from './archive/local-package.ts';
import type { LockedPackage } from './lock/packages-lock.ts';
import { download } from './network/download.ts';
import type { Mirror } from './network/mirror.ts';
import { findNetwork, gotOptions } from './network/network.ts';

const parallel = 4;

/**
 * Brings every locked package into the cache and gives each one's file; what is there, whole, is not fetched again. `dir` is
 * the definition's folder, which folders of packages are seen from. Throws `package_gone`, `mirror_failed` or `bad_input`.
 */
export async function fetchPackages(
  packages: readonly LockedPackage[],
  mirror: Mirror | null,
  report: Reporter,
  dir = '.',
): Promise<Map<string, string>> {
  const files = await filesOf(packages);
  await checkLocal(packages, dir);
  const missing = await findMissing(packages, files);
  if (missing.length === 0) return files;
  const remote = missing.filter((locked) => !isLocal(locked));
  if (!mirror && remote.length > 0) throw offline(remote);
  await during(report, `fetch ${missing.length} packages`, sum(missing), (progress) =>
    fetchMissing(missing, files, { mirror, dir }, progress),
  );
  return files;
}

/** A package appears in the cache when it is whole. */
async function fetchMissing(
  missing: readonly LockedPackage[],
  files: ReadonlyMap<string, string>,
  { mirror, dir }: { mirror: Mirror | null; dir: string },
  progress: Progress,
): Promise<void> {
  const optionsFor = gotOptions(await findNetwork());
  let fetched = 0;
  const onBytes = (count: number) => {
    fetched += count;
    progress.at(fetched);
  };
  const gone: LockedPackage[] = [];
  await withScratch(join(await cacheFolder('packages'), 'unfinished'), (folder) =>
    inParallel(missing, async (locked) => {
      const unfinished = join(folder, locked.sha256);
      try {
        if (isLocal(locked)) await takeLocal(locked, dir, unfinished);
        else await download(addresses(locked, mirror!), unfinished, locked, onBytes, optionsFor);
        await rename(unfinished, files.get(locked.sha256)!);
      } catch (error) {
        if (!(error instanceof InterlockError) || error.code !== 'not_found') throw error;
        gone.push(locked);
      }
    }),
  );
  if (gone.length > 0) throw new InterlockError('package_gone', { packages: namesOf(gone) });
}

/** The locked packages that the cache does not hold, whole. */
export async function missingPackages(packages: readonly LockedPackage[]): Promise<LockedPackage[]> {
  return findMissing(packages, await filesOf(packages));
}

async function filesOf(packages: readonly LockedPackage[]): Promise<Map<string, string>> {
  const folder = await cacheFolder('packages');
  return new Map(packages.map(({ sha256 }) => [sha256, join(folder, `${sha256}.deb`)]));
}

async function findMissing(
  packages: readonly LockedPackage[],
  files: ReadonlyMap<string, string>,
): Promise<LockedPackage[]> {
  const missing: LockedPackage[] = [];
  for (const locked of packages) {
    // a cached file that cannot be read is fetched again
    const found = await digestFile(files.get(locked.sha256)!).catch(() => undefined);
    if (found?.sha256 !== locked.sha256) missing.push(locked);
  }
  return missing;
}

function addresses({ path, repository }: LockedPackage, { main, security }: Mirror): string[] {
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  if (repository !== undefined) return [`${repository}/${escaped}`];
  return [main, security].filter((base) => base !== null).map((base) => `${base}/${escaped}`);
}

/** Runs the work on a few items at a time; the first failure stops the rest from starting. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  const outcomes = await Promise.allSettled(
    Array.from({ length: parallel }, () =>
      worker().catch((error) => {
        queue.return?.(undefined);
        throw error;
      }),
    ),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

function offline(missing: readonly LockedPackage[]): InterlockError {
  const problem = 'the build is offline and the cache does not hold it';
  return new InterlockError('mirror_failed', { what: namesOf(missing), problem });
}

function namesOf(packages: readonly LockedPackage[]): string {
  const shown = packages.slice(0, 5).map(({ name, version }) => `${name} ${version}`);
  const more = packages.length - shown.length;
  return [...shown.toSorted(), ...(more > 0 ? [`${more} more packages`] : [])].join(', ');
}

function sum(packages: readonly LockedPackage[]): number {
  return packages.reduce((total, { size }) => total + size, 0);
}
