import { type BootParts, takeBootParts } from '../boot-file/parts/boot-parts.ts';
import { type Reporter, silent, warnOf } from '../build-host/reporter.ts';
import type { Definition } from '../definition/definition.ts';
import { checkRoot } from '../root/check/check-root.ts';
import { addAgent } from '../tree/agent/add-agent.ts';
import type { BundledPackage } from '../tree/agent/bundle-agent.ts';
import type { Tree } from '../tree/entries/entry.ts';
import { matchPaths } from '../tree/entries/match-paths.ts';
import { madeDatabases } from '../tree/identity/made-databases.ts';
import { collectOwners, type Owners } from '../tree/identity/owners.ts';
import { refuseIdentities } from '../tree/identity/refuse-identities.ts';
import { type Additions, normalise } from '../tree/normalise/normalise.ts';
import { overlaidPaths } from '../tree/overlay/lay-overlays.ts';
import { refuseSecrets } from '../tree/secrets/refuse-secrets.ts';
import { asOnHost } from '../tree/state/as-on-host.ts';
import type { StateLayout } from '../tree/state/lay-out-state.ts';
import { emptyUsersLock, type UsersLock } from '../tree/users/accounts/users-lock.ts';
import { applyUsersLock, lockUsers } from '../tree/users/apply-users-lock.ts';
import { writtenNumbers } from '../tree/users/written-numbers.ts';
import { checkPlatforms } from './check-platforms.ts';

/** What a release is packed from. */
export interface PreparedTree {
  tree: Tree;
  boot: BootParts;
  /** npm packages inside, which no Debian package brought. */
  bundled: BundledPackage[];
  users: UsersLock;
  /** What was done with files of /var. */
  state: StateLayout;
  /** From which `originOf` finds what brought a path. */
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
  const overlaid = await overlaidPaths(tree, definition);
  await refuseIdentities(tree, definition, overlaid);
  const isRemoved = matchPaths(definition.remove);
  warnOf(
    report,
    madeDatabases(tree, (path) => overlaid.has(path) || isRemoved(path)),
  );
  const boot = await takeBootParts(tree, definition.arch, definition);
  const bundled = definition.agent ? await addAgent(tree, definition.arch, overlaid) : [];
  const owners = collectOwners(tree);
  const state = await normalise(tree, definition, overlaid, additions, users, report);
  await refuseSecrets(tree, definition, owners);
  await checkPlatforms(tree, definition, boot);
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
