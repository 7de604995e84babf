import {
  biosLoaderFile,
  cdLoaderFile,
  imageFloorFile,
  imageRootFile,
} from '../../../protocol/boot/host-layout.ts';
import { type Reporter, silent } from '../../build-host/reporter.ts';
import type { Definition } from '../../definition/definition.ts';
import { putFile } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { matchPaths } from '../entries/match-paths.ts';
import { addFirstBootUnits } from '../identity/first-boot-units.ts';
import { emptyVar } from '../state/empty-var.ts';
import { foldLocal } from '../state/fold-local.ts';
import { warnOfIdleGlobs } from '../state/idle-globs.ts';
import type { StateLayout } from '../state/lay-out-state.ts';
import { moveHomes } from '../state/move-homes.ts';
import { shippedFiles } from '../state/shipped-files.ts';
import { enableUnits } from '../units/enable-units.ts';
import { packagedUnits } from '../units/packaged-units.ts';
import { emptyUsersLock, type UsersLock } from '../users/accounts/users-lock.ts';
import { declareUsers } from '../users/declare-users.ts';
import { applySysusers } from '../users/sysusers/apply-sysusers.ts';
import { keepStatus } from './keep-status.ts';
import { nameRelease } from './name-release.ts';
import { removeNamed } from './remove-named.ts';
import { scrub } from './scrub.ts';
import { stateFloor } from './state-floor.ts';

/** What goes into a root in addition to its packages and its definition. */
export interface Additions {
  version: string;
  /** Content of the trusted root.json. */
  trust?: Uint8Array;
  /** Content of the trust floor. */
  floor?: Uint8Array;
  /** Loaders for machines with a BIOS. */
  bios?: { disk: Uint8Array; cd: Uint8Array };
}

/**
 * Turns an installed tree into the root of a release, in place, and returns where its state went. `overlaid` are the
 * paths at which overlays put files and links, which stay.
 */
export async function normalise(
  tree: Tree,
  definition: Definition,
  overlaid: ReadonlySet<string>,
  additions: Additions,
  users: UsersLock = emptyUsersLock,
  report: Reporter = silent,
): Promise<StateLayout> {
  const shipped = await shippedFiles(tree);
  foldLocal(tree);
  const packaged = await packagedUnits(tree, overlaid);
  await scrub(tree, overlaid);
  await keepStatus(tree);
  await applySysusers(tree, users);
  await declareUsers(tree);
  addFirstBootUnits(tree, matchPaths(definition.remove));
  nameRelease(tree, definition, additions.version);
  await enableUnits(tree, definition, packaged);
  if (additions.trust) putFile(tree, imageRootFile.slice(1), additions.trust);
  const floor = stateFloor(additions.floor, definition.stateCompat);
  if (floor) putFile(tree, imageFloorFile.slice(1), floor);
  if (additions.bios) {
    putFile(tree, biosLoaderFile.slice(1), additions.bios.disk);
    putFile(tree, cdLoaderFile.slice(1), additions.bios.cd);
  }
  removeNamed(tree, definition, report);
  await moveHomes(tree);
  warnOfIdleGlobs(tree, definition, report);
  return emptyVar(tree, { ...definition.state, shipped }, overlaid);
}
