import { putFile, removeWhere } from '../tree/change.ts';
import { readBody, type Tree } from '../tree/entry.ts';
import { matchPaths } from '../tree/match-paths.ts';

/** A user of an image, with its numbers. */
export interface User {
  name: string;
  uid: number;
  gid: number;
  comment: string;
  home: string;
  shell: string;
}

/** A group of an image, with its number and the users in it besides those whose first group it is. */
export interface Group {
  name: string;
  gid: number;
  members: string[];
}

/** Reads the image's passwd(5) and group(5). */
export async function readUsers(tree: Tree): Promise<{ users: User[]; groups: Group[] }> {
  const users = (await readLines(tree, 'etc/passwd')).map(
    ([name = '', , uid, gid, comment = '', home = '', shell = '']) => {
      return { name, uid: Number(uid), gid: Number(gid), comment, home, shell };
    },
  );
  const groups = (await readLines(tree, 'etc/group')).map(([name = '', , gid, members = '']) => {
    return { name, gid: Number(gid), members: members.split(',').filter(Boolean) };
  });
  return { users, groups };
}

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

async function readLines(tree: Tree, path: string): Promise<string[][]> {
  const found = tree.get(path);
  if (found?.type !== 'file') return [];
  const text = (await readBody(found.body)).toString('utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(':'));
}
