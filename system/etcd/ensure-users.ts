import { setTimeout as sleep } from 'node:timers/promises';
import type { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { etcdRoles, type Grant } from '../../protocol/etcd/roles.ts';
import type { Etcd } from './etcd.ts';

/** Opens a client that is logged in as `root`, or one that is not logged in. */
export type OpenAs = (login: { username: string; password: string } | undefined) => Etcd;

/** What etcd says of a step that was done before. */
const done = /already exists|already granted/;
const isOff = /authentication is not enabled/;
/** Another host switched authentication on between two of our steps. */
const isOn = /user name is empty|permission denied|invalid auth token/;

/**
 * Makes etcd's users with their roles and then switches authentication on. Every step may be repeated, so members may do it at the same
 * time and be cut anywhere; a role that has got further keys in a later version gets them too. Returns whether it was off.
 */
export async function ensureUsers(open: OpenAs, passwords: Record<string, string>): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    const root = { username: 'root', password: passwords.root ?? '' };
    try {
      const wasOff = !(await logsIn(open, root));
      await withEtcd(open(wasOff ? undefined : root), (etcd) => ensureAll(etcd, passwords, wasOff));
      return wasOff;
    } catch (error) {
      const { code, message } = error as InterlockError;
      const isPassing = code === 'lock_unknown' || code === 'unreachable' || isOn.test(message);
      if (!isPassing || tries === mostTries) throw error;
      await sleep(pauseMs);
    }
  }
}

const mostTries = 10;
const pauseMs = 1000;

async function logsIn(open: OpenAs, root: { username: string; password: string }): Promise<boolean> {
  try {
    await withEtcd(open(root), (etcd) => etcd.call('auth/user/list', {}));
    return true;
  } catch (error) {
    if (isOff.test((error as Error).message)) return false;
    throw error;
  }
}

async function withEtcd<T>(etcd: Etcd, use: (etcd: Etcd) => Promise<T>): Promise<T> {
  try {
    return await use(etcd);
  } finally {
    etcd.close();
  }
}

async function ensureAll(etcd: Etcd, passwords: Record<string, string>, wasOff: boolean): Promise<void> {
  const roles: Record<string, readonly Grant[]> = { root: [], ...etcdRoles };
  for (const [name, grants] of Object.entries(roles)) {
    const password = passwords[name];
    await step(etcd, 'auth/role/add', { name });
    for (const { prefix, permission } of grants)
      await step(etcd, 'auth/role/grant', {
        name,
        perm: { permType: permission, key: btoa(prefix), range_end: btoa(endOf(prefix)) },
      });
    // an authority that was made before this user was known
    if (password === undefined) continue;
    await step(etcd, 'auth/user/add', { name, password });
    await step(etcd, 'auth/user/grant', { user: name, role: name });
  }
  if (wasOff) await step(etcd, 'auth/enable', {});
}

async function step(etcd: Etcd, path: string, body: object): Promise<void> {
  try {
    await etcd.call(path, body);
  } catch (error) {
    if (!done.test((error as InterlockError).message)) throw error;
  }
}

/** The first key behind all that begin with a prefix. */
function endOf(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
