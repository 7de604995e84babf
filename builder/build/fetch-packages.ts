import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors.ts';
import { digestFile } from '../pack/digest.ts';
import { cacheFolder } from './cache.ts';
import { download } from './download.ts';
import type { Mirror } from './mirror.ts';
import type { LockedPackage } from './packages-lock.ts';
import { during, type Reporter } from './reporter.ts';

const parallel = 4;

/** Brings every locked package into the cache and gives each one's file; what is there, whole, is not fetched again. */
export async function fetchPackages(
  packages: readonly LockedPackage[],
  mirror: Mirror | null,
  report: Reporter,
): Promise<Map<string, string>> {
  const folder = await cacheFolder('packages');
  const files = new Map(packages.map(({ sha256 }) => [sha256, join(folder, `${sha256}.deb`)]));
  const missing = await findMissing(packages, files);
  if (missing.length === 0) return files;
  if (!mirror) throw offline(missing);
  await during(report, `fetch ${missing.length} packages`, sum(missing), async (progress) => {
    let fetched = 0;
    const onBytes = (count: number) => {
      fetched += count;
      progress.at(fetched);
    };
    await inParallel(missing, (locked) =>
      download(addresses(locked, mirror), files.get(locked.sha256)!, locked, onBytes),
    );
  });
  return files;
}

async function findMissing(
  packages: readonly LockedPackage[],
  files: ReadonlyMap<string, string>,
): Promise<LockedPackage[]> {
  const missing: LockedPackage[] = [];
  for (const locked of packages) {
    const found = await digestFile(files.get(locked.sha256)!).catch(() => undefined);
    if (found?.sha256 !== locked.sha256) missing.push(locked);
  }
  return missing;
}

function addresses({ path }: LockedPackage, { main, security }: Mirror): string[] {
  const escaped = path.split('/').map(encodeURIComponent).join('/');
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
  const what = missing.length === 1 ? missing[0]!.name : `${missing.length} packages`;
  return new InterlockError('mirror_failed', {
    what,
    problem: 'the build is offline and they are not cached',
  });
}

function sum(packages: readonly LockedPackage[]): number {
  return packages.reduce((total, { size }) => total + size, 0);
}
