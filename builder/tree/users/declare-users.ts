import { putFile } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { readUsers } from './accounts/read-users.ts';
import { readSysusers, sysusersFiles } from './sysusers/read-sysusers.ts';

/**
 * Declares every user and group with its number in one sysusers.d(5) file, instead of those of packages, sources and
 * overlays: a host whose /etc/passwd shadows the image's still gets each new one, with the number that the image's files
 * have.
 */
export async function declareUsers(tree: Tree): Promise<void> {
  const { users, groups } = await readUsers(tree);
  const declared = await readSysusers(tree);
  const locked = new Set(
    declared.flatMap((line) => (line.kind === 'user' && line.isLocked ? line.name : [])),
  );
  const lines = [
    ...groups.map(({ name, gid }) => `g ${name} ${gid}\n`),
    ...users.map(({ name, uid, gid, comment, home, shell }) => {
      const kind = locked.has(name) ? 'u!' : 'u';
      return `${kind} ${name} ${uid}:${gid} ${word(comment)} ${word(home)} ${word(shell)}\n`;
    }),
    ...groups.flatMap(({ name, members }) => members.map((member) => `m ${member} ${name}\n`)),
  ];
  for (const path of sysusersFiles(tree)) tree.delete(path);
  putFile(tree, 'usr/lib/sysusers.d/00-interlock.conf', lines.join(''));
}

function word(text: string): string {
  return text === '' ? '-' : `"${text.replace(/["\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}
