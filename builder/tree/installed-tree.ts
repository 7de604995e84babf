import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { during, type Reporter, warnOf } from '../build-host/reporter.ts';
import type { Definition } from '../definition/definition.ts';
import { checkRequested } from '../packages/lock/check-requested.ts';
import type { PackagesLock } from '../packages/lock/packages-lock.ts';
import { deriveData } from './derive/derive-data.ts';
import type { Tree } from './entries/entry.ts';
import { bootstrap, treeKey } from './install/bootstrap.ts';
import { checkInstalled } from './install/check-installed.ts';
import { applyPerms } from './overlay/apply-perms.ts';
import { layOverlays, overlaidKey, overlaidPaths } from './overlay/lay-overlays.ts';
import { lostRights } from './overlay/lost-rights.ts';
import type { SimulatedHost } from './sandbox/simulated-host.ts';
import { defaultSite, type Site } from './sandbox/site.ts';
import { runScripts, scriptsKey } from './scripts/run-scripts.ts';
import { addSource, type SourceDigest } from './sources/add-source.ts';
import { emptyUsersLock, type UsersLock } from './users/accounts/users-lock.ts';
import { applyUsersLock } from './users/apply-users-lock.ts';
import { mergeUsers } from './users/merge-users.ts';
import { numbersKey } from './users/numbers-key.ts';
import { applySysusers } from './users/sysusers/apply-sysusers.ts';
import { writtenNumbers } from './users/written-numbers.ts';

/** A tree before it becomes a release's root, and its sources other than packages. */
export interface InstalledTree {
  tree: Tree;
  sources: SourceDigest[];
}

/**
 * Puts together what a definition brings: packages, sources, what every image has, overlays, what scripts make of them,
 * and what programs of the image derive from all that. Contents lie in the cache, in overlays and in `spool`, which must
 * live as long as the tree. Overlays and scripts find the numbers of `users`. Throws `bad_input` for a lock or a source
 * that is not what the definition says.
 */
export async function installedTree(
  definition: Definition,
  lock: PackagesLock,
  files: ReadonlyMap<string, string>,
  spool: string,
  report: Reporter,
  users: UsersLock = emptyUsersLock,
  site: Site = defaultSite,
): Promise<InstalledTree> {
  await checkRequested(definition, lock, files);
  const tree = await bootstrap(lock, files, report, site, definition);
  await checkInstalled(tree, lock);
  warnOf(report, await writtenNumbers(tree, await applyUsersLock(tree, users)));
  const packages: Tree = new Map(tree);
  const sources = await addSources(tree, definition, spool, users);
  await layOver(tree, definition, users);
  const overlaid = await overlaidPaths(tree, definition);
  const left = await afterScripts(tree, definition, lock, sources, report, site);
  await deriveData(left.tree, { packages, key: left.key, overlaid, lock, site }, report);
  warnOf(report, lostRights(packages, left.tree, overlaid));
  return { tree: left.tree, sources };
}

/** Returns what the definition's scripts leave, and its key in the cache, on which derived data depend in addition to overlays. */
async function afterScripts(
  tree: Tree,
  definition: Definition,
  lock: PackagesLock,
  sources: readonly SourceDigest[],
  report: Reporter,
  site: Site,
): Promise<{ tree: Tree; key: string }> {
  const { scripts } = definition;
  if (scripts.length === 0) return { tree, key: await keyOfPackages(tree, definition, lock, site.host) };
  const key = await keyAfterScripts(tree, definition, lock, sources, site);
  const changed = await during(report, `run ${scripts.length} scripts`, 0, () =>
    runScripts(tree, key, scripts, lock, site),
  );
  return { tree: changed, key };
}

/** Lays over an installed tree what every image has and the definition's overlays, with the users that they bring and owners and modes that `overlay.perms` says. */
export async function layOver(tree: Tree, definition: Definition, users: UsersLock): Promise<void> {
  await mergeUsers(tree, users, () => layOverlays(tree, definition));
  await applySysusers(tree, users);
  await applyPerms(tree, definition);
}

/** The key in the cache of what the definition's scripts make of a tree on which everything else lies. */
export async function keyAfterScripts(
  tree: Tree,
  definition: Definition,
  lock: PackagesLock,
  sources: readonly SourceDigest[],
  { host }: Site = defaultSite,
): Promise<string> {
  const installed = await keyOfPackages(tree, definition, lock, host);
  return scriptsKey(await overlaidKey(installed, definition), sources, definition.scripts, lock.date);
}

async function keyOfPackages(
  tree: Tree,
  definition: Definition,
  lock: PackagesLock,
  host: SimulatedHost,
): Promise<string> {
  return numbersKey(treeKey(lock, host, definition), tree);
}

async function addSources(
  tree: Tree,
  { arch, sources }: Definition,
  spool: string,
  users: UsersLock,
): Promise<SourceDigest[]> {
  const digests: SourceDigest[] = [];
  for (const { sha256, ...source } of sources) {
    const added = await mergeUsers(tree, users, () => addSource(tree, source, spool, arch));
    if (sha256 !== undefined && added.sha256 !== sha256) {
      const problem = `has SHA-256 ${added.sha256}, image.toml says ${sha256}`;
      throw new InterlockError('bad_input', { what: added.name, problem });
    }
    digests.push(added);
  }
  return digests;
}
