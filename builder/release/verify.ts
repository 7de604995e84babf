import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRelease, type Release } from '../../protocol/documents/release.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { peParts } from '../../protocol/formats/efi/authenticode.ts';
import { readGiven } from '../../system/files/read-given.ts';
import { temporaryPrefix, withScratch } from '../../system/files/scratch.ts';
import { type Reporter, withoutWarnings } from '../build-host/reporter.ts';
import type { Definition } from '../definition/definition.ts';
import { parseLock } from '../packages/lock/packages-lock.ts';
import { partFiles } from '../payload/part-files.ts';
import { payloadLevel } from '../payload/payload-level.ts';
import { readPayloadFormat } from '../payload/read-format.ts';
import { type Owners, originOf } from '../tree/identity/owners.ts';
import { otherHost } from '../tree/sandbox/simulated-host.ts';
import { formerPath } from '../tree/state/homes.ts';
import { type BuildOptions, build } from './build.ts';
import { compareReleases, type Difference } from './compare-releases.ts';

/**
 * Builds a release again from its definition and from the lock, version and time that it carries, and lists what
 * differs. Everything is installed anew, on another simulated host: no tree of the cache is used, and what depends on
 * the machine differs. Trust and floor must be given as they were then. Throws `release_invalid` for a lock that is not the release's.
 */
export async function verify(
  folder: string,
  definition: Definition,
  options: Pick<BuildOptions, 'trust' | 'floor' | 'users' | 'offline'>,
  report: Reporter,
): Promise<{ release: Release; differences: Difference[] }> {
  const release = await readRelease(folder);
  const lock = await readLock(folder, release);
  // beside nothing else: a second build must not depend on where it lies
  return withScratch(temporaryPrefix(), async (work) => {
    const site = { host: otherHost, trees: join(work, 'trees') };
    await mkdir(site.trees);
    // the comparison reports a damaged payload
    const format = await readPayloadFormat(join(folder, 'payload.full')).catch(() => undefined);
    const level = await levelOf(folder);
    const epoch = Date.parse(release.created) / 1000;
    const again = await build(
      definition,
      { ...options, version: release.version, out: work, lock, epoch, format, site, ...(level && { level }) },
      withoutWarnings(report),
    );
    const isSigned = (await sha256Of(join(again.folder, 'boot.efi'))) !== release.boot.sha256;
    const rest = await compareReleases(folder, again.folder, isSigned && (await carriesSignature(folder)));
    return { release, differences: await withOrigins(rest, definition, again.owners) };
  });
}

/** Names each path of the root as the definition knows it, and who brought it. */
async function withOrigins(
  differences: readonly Difference[],
  definition: Definition,
  owners: Owners,
): Promise<Difference[]> {
  return Promise.all(
    differences.map(async (difference) => {
      if (difference.path === null) return difference;
      const path = formerPath(difference.path);
      return { ...difference, path, origin: await originOf(path, definition, owners) };
    }),
  );
}

/** Reads a folder's release.json. */
export async function readRelease(folder: string): Promise<Release> {
  return parseRelease(await readGiven(join(folder, 'release.json')));
}

async function readLock(folder: string, release: Release) {
  const file = join(folder, 'packages.lock');
  if ((await sha256Of(file)) !== release.packagesLock.sha256) {
    throw new InterlockError('release_invalid', { file, problem: 'is not the lock that release.json names' });
  }
  return parseLock(await readFile(file), file);
}

/** Nothing for a payload that is damaged: the comparison names it. */
async function levelOf(folder: string): Promise<number | undefined> {
  return payloadLevel(join(folder, 'payload.full'), partFiles(folder)).catch(() => undefined);
}

async function sha256Of(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** Whether a release's boot file is signed. Throws `bad_input` when it is none. */
async function carriesSignature(folder: string): Promise<boolean> {
  return peParts(await readFile(join(folder, 'boot.efi'))).table.size > 0;
}
