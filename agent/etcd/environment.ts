import { join } from 'node:path';
import {
  etcdAuthorityFile,
  hostCertificateFile,
  hostKeyFile,
  peerAuthorityFile,
  peerCertificateFile,
} from '../../protocol/etcd/host-files.ts';
import { clientUrl, peerUrl } from '../../protocol/etcd/member-urls.ts';
import type { KnownMember } from '../../protocol/etcd/signing.ts';

/** Where Debian's etcd.service keeps a member's data. */
export const dataFolder = '/var/lib/etcd/default';

/** With whom a member starts: `existing` once the others have added it. */
export interface Start {
  /** `name=peer URL`, with commas between. */
  cluster: string;
  state: 'new' | 'existing';
  token: string;
}

/** Settings of etcd.service: TLS for clients and members, each by its own authority, and nobody without a certificate. */
export function memberEnvironment(root: string, self: KnownMember, { cluster, state, token }: Start): string {
  const isLoopback = /^(127\.|::1$)/.test(self.address);
  const clients = [clientUrl(self), ...(isLoopback ? [] : [clientUrl({ address: '127.0.0.1' })])];
  return lines({
    ETCD_NAME: self.name,
    ETCD_DATA_DIR: join(root, dataFolder),
    ETCD_LISTEN_CLIENT_URLS: clients.join(','),
    ETCD_ADVERTISE_CLIENT_URLS: clientUrl(self),
    ETCD_LISTEN_PEER_URLS: peerUrl(self),
    ETCD_INITIAL_ADVERTISE_PEER_URLS: peerUrl(self),
    ETCD_INITIAL_CLUSTER: cluster,
    ETCD_INITIAL_CLUSTER_STATE: state,
    ETCD_INITIAL_CLUSTER_TOKEN: token,
    ETCD_CERT_FILE: join(root, hostCertificateFile),
    ETCD_KEY_FILE: join(root, hostKeyFile),
    ETCD_TRUSTED_CA_FILE: join(root, etcdAuthorityFile),
    ETCD_CLIENT_CERT_AUTH: 'true',
    ETCD_PEER_CERT_FILE: join(root, peerCertificateFile),
    ETCD_PEER_KEY_FILE: join(root, hostKeyFile),
    ETCD_PEER_TRUSTED_CA_FILE: join(root, peerAuthorityFile),
    ETCD_PEER_CLIENT_CERT_AUTH: 'true',
    ETCD_PRE_VOTE: 'true',
    ETCD_STRICT_RECONFIG_CHECK: 'true',
    ETCD_AUTO_COMPACTION_MODE: 'periodic',
    ETCD_AUTO_COMPACTION_RETENTION: '1h',
    // a page in a browser on this host is no client
    ETCD_CORS: clientUrl(self),
    ETCD_HOST_WHITELIST: [self.address, self.name, '127.0.0.1', 'localhost'].join(','),
    ETCD_LOGGER: 'zap',
  });
}

/** Settings of `etcdctl` on this host; the user and the password are given by hand. */
export function clientEnvironment(root: string, members: readonly KnownMember[]): string {
  return lines({
    ETCDCTL_API: '3',
    ETCDCTL_ENDPOINTS: members.map(clientUrl).join(','),
    ETCDCTL_CACERT: join(root, etcdAuthorityFile),
    ETCDCTL_CERT: join(root, hostCertificateFile),
    ETCDCTL_KEY: join(root, hostKeyFile),
  });
}

function lines(settings: Record<string, string>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
