import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { ensureUsers } from '../../system/etcd/ensure-users.ts';
import { openEtcd } from '../../system/etcd/etcd.ts';
import { readHostEtcd } from './host-etcd.ts';
import { readPasswords } from './host-files.ts';
import { tlsOf } from './open-etcd.ts';

/** Makes etcd's users from a member, and switches authentication on. Returns whether it was off; a client has nothing to make. */
export async function makeUsers(root: string): Promise<boolean> {
  const state = await readHostEtcd(root);
  if (!state?.ready) throw new InterlockError('etcd_forming', { problem: 'it has not met its members' });
  if (state.mode !== 'member') return false;
  const tls = await tlsOf(root, state.members);
  return ensureUsers((login) => openEtcd({ ...tls, ...login }), await readPasswords(root));
}
