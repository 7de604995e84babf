import { putFile, removeWhere } from '../tree/change.ts';
import type { Tree } from '../tree/entry.ts';
import { matchPaths } from '../tree/match-paths.ts';
import { readUsers } from './read-users.ts';

/**
 * Declares every user and group with its number in one sysusers.d(5) file, instead of the packages' own: a host whose
 * /etc/passwd shadows the image's still gets each new one, with the number that the image's files have.
 */
export async function declareUsers(tree: Tree): Promise<void> {
  const { users, groups } = await readUsers(tree);
  const lines = [
    ...groups.map(({ name, gid }) => `g ${name} ${gid}\n`),
    ...users.map(({ name, uid, gid, comment, home, shell }) => {
      return `u ${name} ${uid}:${gid} ${word(comment)} ${word(home)} ${word(shell)}\n`;
    }),
    ...groups.flatMap(({ name, members }) => members.map((member) => `m ${member} ${name}\n`)),
  ];
  removeWhere(tree, matchPaths(['usr/lib/sysusers.d/*.conf']));
  putFile(tree, 'usr/lib/sysusers.d/00-interlock.conf', lines.join(''));
}

function word(text: string): string {
  return text === '' ? '-' : `"${text.replace(/["\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}
