import type { Definition } from '../define/definition.ts';
import { addAgent } from './agent/add-agent.ts';
import type { BundledPackage } from './agent/bundle-agent.ts';
import { type BootParts, takeBootParts } from './boot/boot-parts.ts';
import { checkRoot } from './check/check-root.ts';
import { madeDatabases } from './identity/made-databases.ts';
import { type Owners, takeOwners } from './identity/owners.ts';
import { refuseIdentities } from './identity/refuse-identities.ts';
import { type Additions, normalise } from './normalise/normalise.ts';
import { overlaidPaths } from './overlay/lay-overlays.ts';
import { type Reporter, silent, warnOf } from './reporter.ts';
import { refuseSecrets } from './secrets/refuse-secrets.ts';
import { asOnHost } from './state/as-on-host.ts';
import type { StatePlaces } from './state/place-state.ts';
import type { Tree } from './tree/entry.ts';
import { matchPaths } from './tree/match-paths.ts';
import { applyUsersLock, lockUsers } from './users/apply-users-lock.ts';
import { emptyUsersLock, type UsersLock } from './users/users-lock.ts';
import { writtenNumbers } from './users/written-numbers.ts';

/** What a release is packed from. */
export interface PreparedTree {
  tree: Tree;
  boot: BootParts;
  /** npm packages inside, which no Debian package brought. */
  bundled: BundledPackage[];
  users: UsersLock;
  /** Where what lay in /var went. */
  state: StatePlaces;
  /** By which the origin of a path is told. */
  owners: Owners;
}

/** Makes an image's root, and takes its boot parts out, of an installed tree, which it changes. */
export async function prepareTree(
  tree: Tree,
  definition: Definition,
  additions: Additions,
  users: UsersLock = emptyUsersLock,
  report: Reporter = silent,
): Promise<PreparedTree> {
  warnOf(report, await writtenNumbers(tree, await applyUsersLock(tree, users)));
  const wanted = await overlaidPaths(tree, definition);
  await refuseIdentities(tree, definition, wanted);
  const isRemoved = matchPaths(definition.remove);
  warnOf(
    report,
    madeDatabases(tree, (path) => wanted.has(path) || isRemoved(path)),
  );
  const boot = await takeBootParts(tree, definition.arch, definition);
  const bundled = definition.agent ? await addAgent(tree, definition.arch, wanted) : [];
  const owners = takeOwners(tree);
  const state = await normalise(tree, definition, additions, users, report);
  await refuseSecrets(tree, definition, owners);
  warnOf(report, await checkRoot(asOnHost(tree, state), definition, boot.kernelRelease));
  return {
    tree,
    boot,
    bundled,
    users: await lockUsers(tree, users),
    state,
    owners,
  };
}
