import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { readBody, type Tree } from '../../entries/entry.ts';

/** A user of an image, with its numbers. */
export interface User {
  name: string;
  uid: number;
  gid: number;
  comment: string;
  home: string;
  shell: string;
}

/** A group of an image, with its number and its members other than those whose primary group it is. */
export interface Group {
  name: string;
  gid: number;
  members: string[];
}

/** Users and groups in the order of their files. */
export interface Accounts {
  users: User[];
  groups: Group[];
}

/** Reads the image's passwd(5) and group(5). Throws `bad_input` with the line that is not a user or group. */
export async function readUsers(tree: Tree): Promise<Accounts> {
  return {
    users: await readLines(tree, 'etc/passwd', parseUser),
    groups: await readLines(tree, 'etc/group', parseGroup),
  };
}

/** Reads a line of passwd(5), whatever its password field holds; nothing when it is none. */
export function parseUser(line: string): User | undefined {
  const [name = '', , uid = '', gid = '', comment = '', home = '', shell, ...more] = line.split(':');
  if (name === '' || !isNumber(uid) || !isNumber(gid) || shell === undefined || more.length > 0) {
    return undefined;
  }
  return { name, uid: Number(uid), gid: Number(gid), comment, home, shell };
}

/** Reads a line of group(5), whatever its password field holds; nothing when it is none. */
export function parseGroup(line: string): Group | undefined {
  const [name = '', , gid = '', members, ...more] = line.split(':');
  if (name === '' || !isNumber(gid) || members === undefined || more.length > 0) return undefined;
  return { name, gid: Number(gid), members: members.split(',').filter(Boolean) };
}

/** 2³²−1 and 2¹⁶−1 stand for "no user" in the kernel's interfaces. */
function isNumber(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) < 0xffff_ffff && Number(text) !== 0xffff;
}

async function readLines<T>(tree: Tree, path: string, parse: (line: string) => T | undefined): Promise<T[]> {
  const found = tree.get(path);
  if (found?.type !== 'file') return [];
  const lines = decode(path, await readBody(found.body)).split('\n');
  return lines.flatMap((line, index) => {
    // what the C library passes over too
    if (!line.includes(':') || line.startsWith('#')) return [];
    const parsed = parse(line);
    if (parsed) return [parsed];
    const problem = `“${line}” is not a line of ${path === 'etc/passwd' ? 'passwd(5)' : 'group(5)'}`;
    throw new InterlockError('bad_input', { what: `/${path}:${index + 1}`, problem });
  });
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InterlockError('bad_input', { what: `/${path}`, problem: 'is not in UTF-8' }, { cause });
  }
}
