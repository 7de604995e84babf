import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { releaseId } from '../../protocol/documents/release.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { PayloadFormat } from '../../protocol/formats/payload/payload.ts';
import { parse, Version } from '../../protocol/schema/schema.ts';
import { syncFolder } from '../../system/files/durable.ts';
import { withScratch } from '../../system/files/scratch.ts';
import { during, keepWarnings, type Reporter, silent, warnOf } from '../build-host/reporter.ts';
import { withFreeSpace } from '../build-host/with-free-space.ts';
import type { Definition } from '../definition/definition.ts';
import { checkCommandLine } from '../grub/check-command-line.ts';
import { biosLoadersOf } from '../grub/loader-of-lock.ts';
import { fetchPackages } from '../packages/fetch-packages.ts';
import { allPackages, type PackagesLock } from '../packages/lock/packages-lock.ts';
import { lockFor } from '../packages/lock-for.ts';
import { findMirror } from '../packages/network/mirror.ts';
import { keptFrames } from '../payload/kept-frames.ts';
import { checkDefinition } from '../root/check/check-definition.ts';
import { fetchNode } from '../tree/agent/fetch-node.ts';
import { sizeOf } from '../tree/entries/entry.ts';
import type { Owners } from '../tree/identity/owners.ts';
import { installedTree } from '../tree/installed-tree.ts';
import type { Site } from '../tree/sandbox/site.ts';
import { describeState } from '../tree/state/describe-state.ts';
import type { UsersLock } from '../tree/users/accounts/users-lock.ts';
import { pack } from './pack.ts';
import { prepareTree } from './prepare-tree.ts';

const noBios =
  'packages.lock has no grub-pc-bin: disks will not boot on machines with a BIOS; build with --update-lock';

/** What one build is given in addition to the image's definition. */
export interface BuildOptions {
  version: string;
  /** The folder that gets `<name>-<version>-<arch>`. */
  out: string;
  /** Build exactly these packages; without it the archive is asked. */
  lock?: PackagesLock;
  /** The former lock, whose layers a new lock keeps where it can. */
  before?: PackagesLock;
  /** Gets the lock as soon as it is resolved, so that it is kept when the install fails. */
  keepLock?: (lock: PackagesLock) => Promise<void>;
  /** Numbers that users and groups must keep. */
  users?: UsersLock;
  /** Use nothing but the lock and the cache. */
  offline?: boolean;
  /** Choose packages from expired indexes too, as those of a snapshot; the lock and the provenance name them. */
  allowExpired?: boolean;
  /** Contents of root.json and of the trust floor for the image. */
  trust?: Uint8Array;
  floor?: Uint8Array;
  /** Seconds since 1970 for every time in the release; the lock's date unless given. */
  epoch?: number;
  /** zstd level of the full payload: 3 unless given. */
  level?: number;
  /** Of the payload: the present one unless given. */
  format?: PayloadFormat | undefined;
  /** Where trees are made; `defaultSite` unless given. */
  site?: Site;
}

/**
 * Builds an unsigned release and returns its folder, the locks for the next one, and warnings. The same definition, lock and
 * options give the same bytes. The folder appears whole or not at all.
 */
export async function build(
  definition: Definition,
  options: BuildOptions,
  reporter: Reporter = silent,
): Promise<{ folder: string; lock: PackagesLock; users: UsersLock; warnings: string[]; owners: Owners }> {
  // what package scripts and this build make must not depend on who builds
  process.umask(0o022);
  const { arch } = definition;
  const version = parse(Version, options.version, 'version');
  const folder = join(options.out, releaseId({ name: definition.name, version, arch }));
  // a folder that cannot be looked at fails when it is written
  if (await stat(folder).catch(() => undefined)) throw new InterlockError('exists', { what: folder });
  if (options.offline && !options.lock) {
    throw new InterlockError('usage', { problem: 'an offline build needs a packages.lock' });
  }

  const { report, warnings } = keepWarnings(reporter);
  warnOf(report, await checkDefinition(definition));
  checkCommandLine(definition, options.lock);
  if (definition.agent) await fetchNode(arch, { offline: options.offline ?? false, report });
  const lock = await lockFor(definition, arch, options.lock, report, options);
  if (!options.lock) await options.keepLock?.(lock);
  const files = await fetchPackages(
    allPackages(lock),
    options.offline ? null : await findMirror(),
    report,
    definition.dir,
  );
  const { trust, floor } = options;
  const bios = await biosLoadersOf(lock, files);
  if (arch === 'x86-64' && !bios) report.warn?.(noBios);
  const additions = { version, ...(trust && { trust }), ...(floor && { floor }), ...(bios && { bios }) };
  await mkdir(options.out, { recursive: true });
  return withScratch(folder, async (work) => {
    const spool = join(work, 'spool');
    const { users: given, site } = options;
    const { tree, sources } = await installedTree(definition, lock, files, spool, report, given, site);
    const { users, owners, ...prepared } = await during(
      report,
      'normalise',
      0,
      () => prepareTree(tree, definition, additions, options.users, report),
      (made) => [`${made.tree.size} entries`, ...describeState(made.state)].join('; '),
    );
    const epoch = options.epoch ?? Date.parse(lock.date) / 1000;
    const frames = await keptFrames();
    const { level, format } = options;
    const inputs = { definition, version, arch, lock, epoch, frames, sources, format, ...prepared };
    const unfinished = join(work, 'release');
    await mkdir(unfinished);
    const room = { folder: options.out, needed: 2 * sizeOf(prepared.tree) };
    await withFreeSpace([room], () => pack(unfinished, { ...inputs, ...(level && { level }) }, report));
    await rename(unfinished, folder);
    await syncFolder(options.out);
    return { folder, lock, users, warnings, owners };
  });
}
