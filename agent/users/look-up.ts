import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { byKey } from './account-files.ts';

/** What /etc/passwd says of a user. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

/** A user of the host at `root`, by name. Throws when there is none. */
export async function findUser(root: string, name: string): Promise<Account> {
  const line = byKey('passwd', await linesOf(join(root, 'etc/passwd'))).get(name);
  if (line === undefined) throw new Error(`there is no user ${name}`);
  const [, , uid, gid, , home = '/'] = line.split(':');
  return { name, uid: Number(uid), gid: Number(gid), home };
}

/** Numbers of an owner and a group, each a name or a number. Throws for a name that is unknown. */
export async function findOwner(
  root: string,
  owner: string,
  group: string,
): Promise<{ uid: number; gid: number }> {
  const uid = /^\d+$/.test(owner) ? Number(owner) : (await findUser(root, owner)).uid;
  if (/^\d+$/.test(group)) return { uid, gid: Number(group) };
  const line = byKey('group', await linesOf(join(root, 'etc/group'))).get(group);
  if (line === undefined) throw new Error(`there is no group ${group}`);
  return { uid, gid: Number(line.split(':')[2]) };
}

async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, 'latin1')).split('\n').filter(Boolean);
}
