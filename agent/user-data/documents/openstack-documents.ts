import { readNetworkData } from '../network/read-network-data.ts';
import type { Found } from '../ports/found.ts';
import { tableOf } from '../reading/fields.ts';
import { foundOf } from '../reading/found-of.ts';
import { hostnameOf } from '../reading/host-name.ts';
import { parseJson } from '../reading/parse-json.ts';
import { sshKeysOf } from '../reading/ssh-keys.ts';

/** OpenStack's documents, from a disk or from the metadata service: both have the same. */
export function foundInOpenStack(
  source: Found['source'],
  documents: { metaData: unknown; userData: Uint8Array | null; networkData: Uint8Array | null },
): Found {
  const metaData = tableOf(documents.metaData, 'meta_data.json');
  const { networkData } = documents;
  return foundOf({
    source,
    instanceId: metaData.uuid ?? metaData['instance-id'],
    hostname: hostnameOf(metaData.hostname, 'hostname') ?? hostnameOf(metaData.name, 'name'),
    sshKeys: sshKeysOf(metaData.public_keys, 'public_keys'),
    userData: documents.userData,
    ...(networkData && { network: () => readNetworkData(parseJson(networkData, 'network_data.json')) }),
  });
}
