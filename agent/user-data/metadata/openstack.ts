import { foundInOpenStack } from '../documents/openstack-documents.ts';
import type { Found } from '../ports/found.ts';
import { refuse } from '../reading/fields.ts';
import type { MetadataClient } from './client.ts';

// its address on IPv6, fe80::a9fe:a9fe, is that of one link, and nothing says of which
const bases = ['http://169.254.169.254'];

/** Reads OpenStack's own metadata; what it says in EC2's words is not asked. */
export async function readOpenStack(client: MetadataClient): Promise<Found> {
  const base = `${await client.reach(bases, '/openstack')}/openstack/latest`;
  const metaData = await client.json(`${base}/meta_data.json`);
  if (metaData === undefined) throw refuse(`${base}/meta_data.json`, 'does not exist');
  return foundInOpenStack('openstack', {
    metaData,
    userData: await client.get(`${base}/user_data`),
    networkData: await client.get(`${base}/network_data.json`),
  });
}
