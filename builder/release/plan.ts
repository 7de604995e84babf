import { basename } from 'node:path';
import { silent } from '../build-host/reporter.ts';
import type { Definition } from '../definition/definition.ts';
import { parsePackageName } from '../definition/package-name.ts';
import { checkCommandLine } from '../grub/check-command-line.ts';
import { fetchPackages, missingPackages } from '../packages/fetch-packages.ts';
import { requestProblems } from '../packages/lock/check-requested.ts';
import { layersOf } from '../packages/lock/lock-layers.ts';
import { allPackages, type PackagesLock } from '../packages/lock/packages-lock.ts';
import { neededPackages, requiredPackages, unpackedPackages } from '../packages/lock/required-packages.ts';
import { checkDefinition } from '../root/check/check-definition.ts';
import { layerKeys, treeKey } from '../tree/install/bootstrap.ts';
import { keyAfterScripts, layOver } from '../tree/installed-tree.ts';
import { findKeptTree, isTreeKept } from '../tree/kept/kept-tree.ts';
import { standardHost } from '../tree/sandbox/simulated-host.ts';
import { emptyUsersLock, type UsersLock } from '../tree/users/accounts/users-lock.ts';
import { applyUsersLock } from '../tree/users/apply-users-lock.ts';
import { planState } from './plan-state.ts';

/** One phase of a build; `state` says whether the cache has it already. */
export interface Phase {
  phase: string;
  what: string;
  state: 'always' | 'cached' | 'to do' | 'unknown' | 'refused';
}

/** Lists what a build would do and what it would take from the cache, without doing any of it. */
export async function plan(
  definition: Definition,
  lock: PackagesLock | undefined,
  users: UsersLock = emptyUsersLock,
): Promise<Phase[]> {
  const { files, overlays, sources, scripts } = definition;
  checkCommandLine(definition, lock);
  const phases: Phase[] = [
    { phase: 'define', what: files.map(({ file }) => file).join(' '), state: 'always' },
    ...(await checkDefinition(definition)).map(
      (what): Phase => ({ phase: 'warning', what, state: 'always' }),
    ),
    ...addedPackages(definition),
    ...(lock ? await lockedPhases(definition, lock) : openPhases(definition)),
  ];
  for (const source of sources) {
    const what = 'tar' in source ? source.tar : `${source.oci}${source.tag ? `:${source.tag}` : ''}`;
    phases.push({ phase: 'source', what: basename(what), state: 'always' });
  }
  phases.push(...overlays.map((what): Phase => ({ phase: 'overlay', what, state: 'always' })));
  if (scripts.length > 0) {
    const what = scripts.map((script) => basename(script)).join(' ');
    phases.push({ phase: 'scripts', what, state: await scriptsState(definition, lock, users) });
  }
  return [
    ...phases,
    ...(await statePhases(definition, lock, users)),
    { phase: 'normalise', what: `${definition.remove.length} globs removed`, state: 'always' },
    { phase: 'pack', what: 'root.erofs root.verity boot.efi', state: 'always' },
    { phase: 'compress', what: 'payload.full; pieces met before come from the cache', state: 'always' },
  ];
}

/** What overlays bring for the host's folders, and what the tree has for them if the cache has it whole. */
async function statePhases(
  definition: Definition,
  lock: PackagesLock | undefined,
  users: UsersLock,
): Promise<Phase[]> {
  const isKnown = lock && definition.sources.length === 0;
  const key = isKnown ? await wholeKey(definition, lock, users) : undefined;
  const kept = key === undefined ? undefined : await findKeptTree(key);
  const lines = await planState(kept, definition);
  const phases = lines.map((what): Phase => ({ phase: 'state', what, state: 'always' }));
  const rest = 'what packages, sources and scripts leave in /var, /root, /home and /srv';
  return kept ? phases : [...phases, { phase: 'state', what: rest, state: 'unknown' }];
}

/** Packages that come though the definition does not name them, each with its reason. */
function addedPackages(definition: Definition): Phase[] {
  const named = new Set(definition.packages.map((text) => parsePackageName(text).name));
  return [...neededPackages(definition, definition.arch), ...unpackedPackages(definition.arch)]
    .filter(({ name }) => !named.has(name))
    .map(({ name, reason }) => ({ phase: 'add', what: `${name}: ${reason}`, state: 'always' }));
}

/** A lock of format 1 does not record what was requested. */
const olderLock: Phase = {
  phase: 'lock',
  what: 'what nothing asks for shows when packages are fetched',
  state: 'unknown',
};

async function lockedPhases(definition: Definition, lock: PackagesLock): Promise<Phase[]> {
  const { packages, date, suite } = lock;
  const needed = allPackages(lock);
  const missing = await missingPackages(needed);
  const files = missing.length === 0 ? await fetchPackages(needed, null, silent, definition.dir) : undefined;
  const problems = await requestProblems(definition, lock, files);
  return [
    { phase: 'lock', what: `${packages.length} packages of ${suite}, ${date}`, state: 'cached' },
    ...problems.map((what): Phase => ({ phase: 'lock', what, state: 'refused' })),
    ...(lock.requested || files ? [] : [olderLock]),
    {
      phase: 'fetch',
      what: missing.length === 0 ? 'every package' : `${missing.length} of ${needed.length} packages`,
      state: missing.length === 0 ? 'cached' : 'to do',
    },
    ...(await installPhases(definition, lock)),
  ];
}

/** With a layer's tree in the cache, those below it are not needed. */
async function installPhases(definition: Definition, lock: PackagesLock): Promise<Phase[]> {
  const kept = await Promise.all(layerKeys(lock, standardHost, definition).map(isTreeKept));
  const highest = kept.lastIndexOf(true);
  return layersOf(lock).map(({ packages }, index, { length }) => ({
    phase: 'install',
    what: `${packages.length} packages${length > 1 ? `, layer ${index + 1} of ${length}` : ''}`,
    state: index <= highest ? 'cached' : 'to do',
  }));
}

function openPhases(definition: Definition): Phase[] {
  const named = requiredPackages(definition, definition.arch).length;
  return [
    { phase: 'lock', what: `${named} named packages and what they need, from the mirror`, state: 'to do' },
    { phase: 'fetch', what: 'what the cache lacks', state: 'unknown' },
    { phase: 'install', what: 'every package', state: 'unknown' },
  ];
}

/** What sources hold is known only when they are read. */
async function scriptsState(
  definition: Definition,
  lock: PackagesLock | undefined,
  users: UsersLock,
): Promise<Phase['state']> {
  if (!lock || definition.sources.length > 0) return 'unknown';
  const key = await wholeKey(definition, lock, users);
  return key !== undefined && (await isTreeKept(key)) ? 'cached' : 'to do';
}

/** The key of the last tree that the cache keeps of a definition without sources; nothing before the packages are in. */
async function wholeKey(
  definition: Definition,
  lock: PackagesLock,
  users: UsersLock,
): Promise<string | undefined> {
  const key = treeKey(lock, standardHost, definition);
  if (definition.scripts.length === 0) return key;
  const tree = await findKeptTree(key);
  if (!tree) return undefined;
  await applyUsersLock(tree, users);
  await layOver(tree, definition, users);
  return keyAfterScripts(tree, definition, lock, []);
}
