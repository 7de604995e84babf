import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Definition } from '../../definition/definition.ts';
import { type PermsRule, readPerms, rightsByPerms } from '../../definition/overlay/read-perms.ts';
import type { Entry, Tree } from '../entries/entry.ts';
import { readUsers } from '../users/accounts/read-users.ts';
import { overlayTargets } from './overlay-targets.ts';

/**
 * Gives the paths of overlays the owners and modes that `overlay.perms` says, once all users of the tree are known.
 * Throws `definition_invalid` with the line of a name that no user or group has.
 */
export async function applyPerms(tree: Tree, { overlays }: Pick<Definition, 'overlays'>): Promise<void> {
  const { users, groups } = await readUsers(tree);
  const uids = new Map(users.map(({ name, uid }) => [name, uid]));
  const gids = new Map(groups.map(({ name, gid }) => [name, gid]));
  for (const overlay of overlays) {
    const places = await overlayTargets(tree, overlay);
    const rules = await readPerms(
      overlay,
      places.map(({ entry }) => entry),
    );
    const rulesFor = rightsByPerms(rules);
    for (const { entry, path } of places) {
      for (const rule of rulesFor(entry)) {
        const found = tree.get(path);
        if (found) tree.set(path, withRights(found, rule, uids, gids));
      }
    }
  }
}

function withRights(
  entry: Entry,
  rule: PermsRule,
  uids: ReadonlyMap<string, number>,
  gids: ReadonlyMap<string, number>,
): Entry {
  const { owner, group, mode } = rule;
  const uid = owner === undefined ? entry.uid : numberOf(owner, uids, 'user', rule);
  const gid = group === undefined ? entry.gid : numberOf(group, gids, 'group', rule);
  const isLink = entry.type === 'symlink';
  return { ...entry, uid, gid, mode: mode === undefined || isLink ? entry.mode : Number.parseInt(mode, 8) };
}

function numberOf(
  owner: string | number,
  numbers: ReadonlyMap<string, number>,
  kind: string,
  { file, line }: PermsRule,
): number {
  const found = typeof owner === 'number' ? owner : numbers.get(owner);
  if (found !== undefined) return found;
  throw new InterlockError('definition_invalid', {
    file,
    line,
    problem: `the image has no ${kind} ${owner}`,
  });
}
