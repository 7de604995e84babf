import { createReadStream } from 'node:fs';
import type { Definition } from '../define/definition.ts';
import { addAgent } from './agent/add-agent.ts';
import type { BundledPackage } from './agent/bundle-agent.ts';
import { type BootParts, takeBootParts } from './boot/boot-parts.ts';
import { checkInstalled } from './check-installed.ts';
import { type Additions, normalise } from './normalise/normalise.ts';
import type { PackagesLock } from './packages-lock.ts';
import type { Tree } from './tree/entry.ts';
import { readTree } from './tree/read-tree.ts';
import { lockUsers, type UsersLock } from './users/users-lock.ts';

/** What a release is packed from. */
export interface PreparedTree {
  tree: Tree;
  boot: BootParts;
  /** npm packages inside, which no Debian package brought. */
  bundled: BundledPackage[];
  users: UsersLock;
}

/**
 * Makes an image's root, and takes its boot parts out, of the tar file that `bootstrap` gave. Contents stay in `tar`
 * and `spool`, which must live as long as the tree.
 */
export async function prepareTree(
  tar: string,
  spool: string,
  definition: Definition,
  lock: PackagesLock,
  additions: Additions,
  users: UsersLock = new Map(),
): Promise<PreparedTree> {
  const tree = await readTree(createReadStream(tar, { highWaterMark: 1024 * 1024 }), spool);
  await checkInstalled(tree, lock);
  const allUsers = await lockUsers(tree, users);
  const boot = await takeBootParts(tree, lock.arch, definition);
  const bundled = definition.agent ? await addAgent(tree, lock.arch) : [];
  await normalise(tree, definition, additions);
  return { tree, boot, bundled, users: allUsers };
}
