import { readNetworkConfig } from '../network/read-network-config.ts';
import type { Found } from '../ports/found.ts';
import { unwrapped } from '../reading/base64.ts';
import { refuse, tableOf } from '../reading/fields.ts';
import { foundOf } from '../reading/found-of.ts';
import { hostnameOf } from '../reading/host-name.ts';
import { parseYaml } from '../reading/parse-yaml.ts';
import { sshKeysOf } from '../reading/ssh-keys.ts';
import type { MetadataClient } from './client.ts';

const base = 'http://169.254.169.254';

/** Reads Hetzner Cloud's metadata, one YAML document. Its user-data cannot be binary, so people wrap theirs in base64. */
export async function readHetzner(client: MetadataClient): Promise<Found> {
  const url = `${base}/hetzner/v1/metadata`;
  await client.reach([base], '/hetzner/v1/metadata/instance-id');
  const body = await client.get(url);
  if (!body) throw refuse(url, 'does not exist');
  const metadata = tableOf(parseYaml(body, url), url);
  const userData = await client.get(`${base}/hetzner/v1/userdata`);
  return foundOf({
    source: 'hetzner',
    instanceId: metadata['instance-id'],
    hostname: hostnameOf(metadata.hostname, 'hostname'),
    sshKeys: sshKeysOf(metadata['public-keys'], 'public-keys'),
    userData: userData && (unwrapped(userData.toString('latin1')) ?? userData),
    network: () => readNetworkConfig(metadata['network-config']),
  });
}
