import { readBody, type Tree } from '../tree/entry.ts';

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

async function readLines(tree: Tree, path: string): Promise<string[][]> {
  const found = tree.get(path);
  if (found?.type !== 'file') return [];
  const text = (await readBody(found.body)).toString('utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(':'));
}
