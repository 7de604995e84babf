import { foundInSeed } from '../documents/seed-documents.ts';
import type { Seed } from '../machine/seed.ts';
import type { Found } from '../ports/found.ts';
import type { Volume } from './list-disks.ts';
import { type ReadFile, withVolume } from './with-volume.ts';

/** Reads a disk labelled `cidata`, as cloud-localds, Proxmox, libvirt and many others make it. */
export async function readNoCloud(
  volumes: readonly Volume[],
  folder: string,
  machineId: string,
  seed: Seed | null,
): Promise<Found | null> {
  for (const volume of volumes.filter(
    ({ label, type }) => label.toLowerCase() === 'cidata' && type !== 'udf',
  )) {
    const found = await withVolume(volume, folder, (read) => readSeed(read, machineId, seed));
    if (found) return found;
  }
  return null;
}

async function readSeed(read: ReadFile, machineId: string, seed: Seed | null): Promise<Found | null> {
  const metaData = await read('meta-data');
  const userData = await read('user-data');
  if (!metaData && !userData) return null;
  const documents = { metaData, userData, networkConfig: await read('network-config') };
  return foundInSeed('no-cloud', documents, { ...seed, fallbackId: machineId });
}
