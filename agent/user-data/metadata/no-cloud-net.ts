import { foundInSeed } from '../documents/seed-documents.ts';
import type { Seed } from '../machine/seed.ts';
import type { Found } from '../ports/found.ts';
import { refuse } from '../reading/fields.ts';
import type { MetadataClient } from './client.ts';

/** Reads NoCloud's documents from the address that the machine's serial number names. */
export async function readNoCloudNet(client: MetadataClient, seed: Seed, machineId: string): Promise<Found> {
  const { url = '' } = seed;
  await client.reach([url], 'meta-data');
  const metaData = await client.get(`${url}meta-data`);
  if (!metaData) throw refuse(`${url}meta-data`, 'does not exist');
  return foundInSeed(
    'no-cloud-net',
    {
      metaData,
      userData: await client.get(`${url}user-data`),
      networkConfig: await client.get(`${url}network-config`),
    },
    { ...seed, fallbackId: machineId },
  );
}
