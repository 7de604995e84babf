import type { Found } from '../ports/found.ts';
import { unwrapped } from '../reading/base64.ts';
import { listOf, refuse, tableOf, textOf } from '../reading/fields.ts';
import { foundOf } from '../reading/found-of.ts';
import { hostnameOf } from '../reading/host-name.ts';
import type { Ovf } from '../reading/ovf-document.ts';
import { sshKeysOf } from '../reading/ssh-keys.ts';
import type { MetadataClient } from './client.ts';

const base = 'http://169.254.169.254';
const ask = { headers: { metadata: 'true' } };

/**
 * Reads Azure's metadata, and what only its provisioning disc has: custom data. User data of the metadata service comes
 * after that, because custom data is what a machine was made with.
 */
export async function readAzure(client: MetadataClient, readDisc: () => Promise<Ovf | null>): Promise<Found> {
  const path = '/metadata/instance?api-version=2021-08-01';
  await client.reach([base], path, ask);
  const instance = tableOf(await client.json(base + path, ask), 'instance');
  const compute = tableOf(instance.compute, 'compute');
  const profile = tableOf(compute.osProfile, 'compute.osProfile');
  const disc = await readDisc();
  const userData = textOf(compute.userData, 'compute.userData');
  if (compute.vmId === undefined) throw refuse(base + path, 'names no vmId');
  return foundOf({
    source: 'azure',
    instanceId: textOf(compute.vmId, 'compute.vmId')?.toLowerCase(),
    hostname:
      hostnameOf(profile.computerName, 'computerName') ?? disc?.hostname ?? hostnameOf(compute.name, 'name'),
    sshKeys: [
      ...listOf(compute.publicKeys, 'compute.publicKeys').flatMap((item) =>
        // its keys may have line breaks inside
        sshKeysOf(
          textOf(tableOf(item, 'publicKeys').keyData, 'keyData')?.replaceAll(/[\r\n]/g, ''),
          'keyData',
        ),
      ),
      ...(disc?.sshKeys ?? []),
    ],
    userData: disc?.userData ?? (userData ? unwrapped(userData) : undefined),
  });
}
