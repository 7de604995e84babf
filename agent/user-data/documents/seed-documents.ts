import { readNetworkConfig } from '../network/read-network-config.ts';
import type { Found } from '../ports/found.ts';
import type { NetworkPlan } from '../ports/network-plan.ts';
import { tableOf } from '../reading/fields.ts';
import { foundOf } from '../reading/found-of.ts';
import { hostnameOf } from '../reading/host-name.ts';
import { parseYaml } from '../reading/parse-yaml.ts';
import { sshKeysOf } from '../reading/ssh-keys.ts';

/** The documents of NoCloud, as they lie on a disk, in firmware or below a URL. */
export interface SeedDocuments {
  metaData: Uint8Array | null;
  userData: Uint8Array | null;
  networkConfig: Uint8Array | null;
}

/** Reads them. `fallbackId` is the machine's own: what names no instance id is another host on another machine. */
export function foundInSeed(
  source: Found['source'],
  { metaData, userData, networkConfig }: SeedDocuments,
  given: {
    fallbackId: string;
    instanceId?: string;
    hostname?: string;
    trusted?: boolean;
    network?: () => NetworkPlan | undefined;
  },
): Found {
  const said = tableOf(metaData && parseYaml(metaData, 'meta-data'), 'meta-data');
  return foundOf({
    source,
    instanceId: given.instanceId ?? said['instance-id'] ?? (given.fallbackId || 'none'),
    hostname:
      given.hostname ??
      hostnameOf(said['local-hostname'], 'local-hostname') ??
      hostnameOf(said.hostname, 'hostname'),
    sshKeys: sshKeysOf(said['public-keys'] ?? said.public_keys, 'public-keys'),
    userData,
    ...(given.network && { network: given.network }),
    ...(networkConfig && { network: () => readNetworkConfig(parseYaml(networkConfig, 'network-config')) }),
    trusted: given.trusted ?? false,
  });
}
