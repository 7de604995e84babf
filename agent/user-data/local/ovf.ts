import type { Found } from '../ports/found.ts';
import { foundOf } from '../reading/found-of.ts';
import { type Ovf, readOvf } from '../reading/ovf-document.ts';
import type { Volume } from './list-disks.ts';
import { withVolume } from './with-volume.ts';

/** Reads `ovf-env.xml` of a disc, as Azure makes machines with it and VMware gives them their properties. */
export async function readOvfDisc(volumes: readonly Volume[], folder: string): Promise<Ovf | null> {
  for (const volume of volumes.filter(({ type }) => type !== 'vfat')) {
    const xml = await withVolume(volume, folder, (read) => read('ovf-env.xml'));
    if (xml) return readOvf(xml.toString('utf8'));
  }
  return null;
}

/** The same as a source of its own, on VMware. */
export async function readOvfSource(
  volumes: readonly Volume[],
  folder: string,
  machineId: string,
): Promise<Found | null> {
  const ovf = await readOvfDisc(volumes, folder);
  return ovf && foundOf({ source: 'ovf', ...ovf, instanceId: ovf.instanceId ?? (machineId || 'none') });
}
