import { generateKeyPairSync } from 'node:crypto';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { clientUrl } from '../../protocol/etcd/member-urls.ts';
import { readAuthority } from '../../signer/folder/read-authority.ts';
import { readRegister } from '../../signer/register/change-register.ts';
import type { Access } from '../../system/etcd/access.ts';
import { openEtcd } from '../../system/etcd/etcd.ts';
import { issueForKey } from '../../system/x509/issue-for-key.ts';

/**
 * Opens the etcd of the hosts that a signer let in, by a certificate that nobody keeps: `look` without a user, because etcd lets nobody log
 * in without a quorum, and `change` as `root`. Throws `not_found` without members.
 */
export async function openBySigner(dir: string): Promise<Access> {
  const { clients, users } = await readAuthority(dir);
  const { hosts } = await readRegister(dir);
  const members = hosts.filter(({ mode }) => mode === 'member');
  if (members.length === 0) throw new InterlockError('not_found', { what: `a member of etcd in ${dir}` });
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const cert = issueForKey({ publicKey, names: ['operator'], days: 1, now: new Date() }, clients);
  const tls = { endpoints: members.map(clientUrl), ca: clients.certificate, cert, key: privateKey };
  return {
    look: openEtcd(tls),
    change: openEtcd({ ...tls, username: 'root', password: users.root ?? '' }),
  };
}
