import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { etcdAuthorityFile, hostCertificateFile, hostKeyFile } from '../../protocol/etcd/host-files.ts';
import { clientUrl } from '../../protocol/etcd/member-urls.ts';
import type { EtcdUser } from '../../protocol/etcd/roles.ts';
import type { KnownMember } from '../../protocol/etcd/signing.ts';
import { type Etcd, type EtcdOptions, openEtcd } from '../../system/etcd/etcd.ts';
import { readHostEtcd } from './host-etcd.ts';
import { passwordOf } from './host-files.ts';

/** How this host reaches the etcd it is in, as one of etcd's users. Throws `etcd_forming` until it can. */
export async function hostEtcdOptions(root: string, user: EtcdUser | 'root'): Promise<EtcdOptions> {
  const state = await readHostEtcd(root);
  if (!state?.ready) throw new InterlockError('etcd_forming', { problem: 'it has not met its members' });
  return { ...(await tlsOf(root, membersFor(state))), ...(await loginOf(root, user)) };
}

/** Opens the etcd that this host is in, as one of its users. Throws `etcd_forming` until it can. */
export async function openHostEtcd(root: string, user: EtcdUser | 'root'): Promise<Etcd> {
  return openEtcd(await hostEtcdOptions(root, user));
}

/** The options of a client with this host's certificate that is not logged in. */
export async function tlsOf(root: string, members: readonly KnownMember[]): Promise<EtcdOptions> {
  const [ca, cert, key] = await Promise.all(
    [etcdAuthorityFile, hostCertificateFile, hostKeyFile].map((file) => readFile(join(root, file), 'utf8')),
  );
  return { endpoints: members.map(clientUrl), ca: ca!, cert: cert!, key: key! };
}

/** A user's name and password. Throws `not_found` for one whose password this host was not given. */
export async function loginOf(root: string, user: string): Promise<{ username: string; password: string }> {
  const password = await passwordOf(root, user);
  if (password === undefined)
    throw new InterlockError('not_found', { what: `a password of etcd’s user ${user}` });
  return { username: user, password };
}

/** A member asks itself first. */
function membersFor({ name, members }: { name: string; members: readonly KnownMember[] }): KnownMember[] {
  return members.toSorted((a, b) => Number(b.name === name) - Number(a.name === name));
}
