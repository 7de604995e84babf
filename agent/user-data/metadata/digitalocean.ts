import { readDroplet } from '../network/read-droplet.ts';
import type { Found } from '../ports/found.ts';
import { tableOf } from '../reading/fields.ts';
import { foundOf } from '../reading/found-of.ts';
import { hostnameOf } from '../reading/host-name.ts';
import { sshKeysOf } from '../reading/ssh-keys.ts';
import type { MetadataClient } from './client.ts';

const base = 'http://169.254.169.254';

/** Reads a droplet's metadata, one JSON document. */
export async function readDigitalOcean(client: MetadataClient): Promise<Found> {
  await client.reach([base], '/metadata/v1/id');
  return foundInDroplet('digitalocean', await client.json(`${base}/metadata/v1.json`));
}

/** The document of a droplet, from the metadata service or from its disk. */
function foundInDroplet(source: Found['source'], value: unknown): Found {
  const droplet = tableOf(value, 'v1.json');
  const userData = droplet.user_data;
  return foundOf({
    source,
    instanceId: droplet.droplet_id,
    hostname: hostnameOf(droplet.hostname, 'hostname'),
    sshKeys: sshKeysOf(droplet.public_keys, 'public_keys'),
    userData: typeof userData === 'string' ? Buffer.from(userData) : undefined,
    network: () => readDroplet(droplet.interfaces, droplet.dns),
  });
}
