import type { Identity } from './identity.ts';
import { namedHost } from './named-host.ts';

/** What names the host itself and its network. */
export const hostIdentities: Identity[] = [
  {
    name: 'machine-id',
    why: 'names the machine to the journal, to DHCP servers and to D-Bus; systemd makes it',
    paths: ['etc/machine-id', 'var/lib/dbus/machine-id'],
    onOneHost: /^[0-9a-f]{32}/,
  },
  {
    name: 'systemd',
    renewed: true,
    why: 'seeds the random numbers, or seals the credentials, of one machine; systemd makes it',
    onOneHost: /./s,
    paths: [
      'var/lib/systemd/{random-seed,credential.secret}',
      'loader/random-seed',
      'etc/credstore.encrypted/*',
    ],
  },
  {
    name: 'network-names',
    why: 'name the network cards of the machine it was installed on',
    paths: [
      'etc/udev/rules.d/70-persistent-{net,cd}.rules',
      'etc/netplan/50-cloud-init.yaml',
      'etc/hostname',
    ],
    rewrites: { 'etc/hosts': [[new RegExp(`^.*[ \\t]${namedHost}(?:[ \\t].*)?\\n`, 'gm'), '']] },
  },
];
