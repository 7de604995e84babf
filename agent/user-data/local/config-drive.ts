import { foundInOpenStack } from '../documents/openstack-documents.ts';
import type { Found } from '../ports/found.ts';
import { refuse, tableOf } from '../reading/fields.ts';
import { foundOf } from '../reading/found-of.ts';
import { hostnameOf } from '../reading/host-name.ts';
import { parseJson } from '../reading/parse-json.ts';
import { sshKeysOf } from '../reading/ssh-keys.ts';
import type { Volume } from './list-disks.ts';
import { type ReadFile, withVolume } from './with-volume.ts';

/** Reads a disk labelled `config-2`: OpenStack's documents, or in EC2's words. */
export async function readConfigDrive(volumes: readonly Volume[], folder: string): Promise<Found | null> {
  for (const volume of volumes.filter(({ label }) => label.toLowerCase() === 'config-2')) {
    const found = await withVolume(volume, folder, readDocuments);
    if (found) return found;
    throw refuse(
      `the disk ${volume.label}`,
      'has neither openstack/latest/meta_data.json nor ec2/latest/meta-data.json',
    );
  }
  return null;
}

async function readDocuments(read: ReadFile): Promise<Found | null> {
  const json = async (path: string) => {
    const bytes = await read(path);
    return bytes === null ? undefined : parseJson(bytes, path);
  };
  const metaData = await json('openstack/latest/meta_data.json');
  if (metaData !== undefined) {
    return foundInOpenStack('config-drive', {
      metaData,
      userData: await read('openstack/latest/user_data'),
      networkData: await read('openstack/latest/network_data.json'),
    });
  }
  const ec2 = await json('ec2/latest/meta-data.json');
  if (ec2 === undefined) return null;
  const said = tableOf(ec2, 'ec2/latest/meta-data.json');
  return foundOf({
    source: 'config-drive',
    instanceId: said['instance-id'],
    hostname: hostnameOf(said['local-hostname'] ?? said.hostname, 'hostname'),
    sshKeys: sshKeysOf(said['public-keys'], 'public-keys'),
    userData: await read('ec2/latest/user-data'),
  });
}
