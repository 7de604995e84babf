import { usersOfHost } from '../../protocol/etcd/roles.ts';
import type { Signed } from '../../protocol/etcd/signing.ts';
import { issueForKey } from '../../system/x509/issue-for-key.ts';
import type { EtcdAuthority } from '../folder/read-authority.ts';
import type { JoinedHost, Register } from '../register/register.ts';

/** How long a host's certificate holds; hosts renew it after two thirds of that. */
export const certificateDays = 90;

/** Everything that a host of the register is given, with certificates for its key. */
export function signHost(
  authority: EtcdAuthority,
  register: Register,
  host: JoinedHost,
  publicKey: string,
  now: Date,
): Signed {
  // a member reaches itself by loopback, and so do programs on it
  const names = [host.address, '127.0.0.1', '::1', host.name, 'localhost'];
  const subject = { publicKey, names: [...new Set(names)], days: certificateDays, now };
  const isMember = host.mode === 'member';
  return {
    mode: host.mode,
    replaces: host.replaces,
    certificate: issueForKey(subject, authority.clients),
    peerCertificate: isMember ? issueForKey(subject, authority.peers) : null,
    peerAuthority: authority.peers.certificate,
    users: Object.fromEntries(usersOfHost[host.mode].map((name) => [name, authority.users[name] ?? ''])),
    members: register.hosts
      .filter(({ mode }) => mode === 'member')
      .map(({ name, address }) => ({ name, address })),
  };
}
