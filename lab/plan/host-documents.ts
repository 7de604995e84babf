import { stringify } from 'smol-toml';
import { addressOf, cardsOf, hostsFile, outsideAddress, prefixLength } from './addresses.ts';

/** What a host is told by the lab, beside the user-data of the person who started it. */
export interface HostIdentity {
  name: string;
  /** Of all hosts of the lab. */
  names: readonly string[];
  /** Another one is another host, even on the same disk. */
  instance: string;
  /** The lab's key, in the form of `authorized_keys`. */
  sshKey: string;
  server: { port: number; joinToken: string };
  channel: string;
  etcd: HostEtcd | null;
  /** Its processor is emulated, an order of magnitude slower than the clock goes. */
  isEmulated: boolean;
}

/** How a host gets into the etcd that the hosts of its lab form, in the words of the agent's configuration. */
export interface HostEtcd {
  discovery: string;
  authority: string;
  signer: string;
  join: string;
}

/** The documents of a seed, as cloud-init names them: the host's name, the lab's key, and its addresses. */
export function seedOf({ name, instance, sshKey }: HostIdentity): {
  'meta-data': string;
  'network-config': string;
} {
  const { lab, out } = cardsOf(name);
  const metaData = { 'instance-id': instance, 'local-hostname': name, 'public-keys': [sshKey] };
  const network = {
    version: 2,
    ethernets: {
      lab: { match: { macaddress: lab }, addresses: [`${addressOf(name)}/${prefixLength}`] },
      out: { match: { macaddress: out }, dhcp4: true },
    },
  };
  // JSON is YAML
  return { 'meta-data': `${JSON.stringify(metaData)}\n`, 'network-config': `${JSON.stringify(network)}\n` };
}

/**
 * The agent's settings by which hosts check in at the lab's server, at short intervals because somebody watches. They come from
 * the machine, so whatever user-data say of the same keys counts instead.
 */
export function agentSettings({ name, server, channel, etcd }: HostIdentity): string {
  return stringify({
    server: `http://${outsideAddress}:${server.port}`,
    join_token: server.joinToken,
    channel,
    poll: 10,
    retry: 2,
    labels: { lab: name },
    lock: { kind: etcd ? 'etcd' : 'none' },
    // the card that leads out has one address on all of them
    ...(etcd && { etcd: { mode: 'auto', ...etcd, address: addressOf(name) } }),
    health: { settle: 60, steady: 5 },
  });
}

const quickTimer =
  '[Timer]\nOnActiveSec=\nOnUnitInactiveSec=\nOnActiveSec=1\nOnUnitInactiveSec=20\nRandomizedDelaySec=0\nAccuracySec=1\n';

/** etcd's usual second without a leader is too short where a handshake takes one: members would elect for ever. */
const patientEtcd = '[Service]\nEnvironment=ETCD_HEARTBEAT_INTERVAL=1000 ETCD_ELECTION_TIMEOUT=15000\n';

/** What systemd is told: the agent's settings, names of the other hosts, and a shell on the console of images that have one to open. */
export function credentialsOf(identity: HostIdentity): Record<string, string> {
  const names = Buffer.from(hostsFile(identity.names)).toString('base64');
  return {
    'interlock.config': agentSettings(identity),
    'interlock.root-shell': 'yes',
    'systemd.unit-dropin.interlock-agent.timer': quickTimer,
    ...(identity.etcd && identity.isEmulated && { 'systemd.unit-dropin.etcd.service': patientEtcd }),
    'tmpfiles.extra': `f+~ /etc/hosts 0644 root root - ${names}\n`,
  };
}
