import type { SourceName } from '../../../protocol/documents/user-data-sources.ts';
import type { Machine } from '../machine/machine.ts';
import { seedOf } from '../machine/seed.ts';
import { readAzure } from '../metadata/azure.ts';
import { openMetadataClient } from '../metadata/client.ts';
import { readDigitalOcean } from '../metadata/digitalocean.ts';
import { readEc2 } from '../metadata/ec2.ts';
import { readGce } from '../metadata/gce.ts';
import { readHetzner } from '../metadata/hetzner.ts';
import { readNoCloudNet } from '../metadata/no-cloud-net.ts';
import { readOpenStack } from '../metadata/openstack.ts';
import { readScaleway } from '../metadata/scaleway.ts';
import { readVultr } from '../metadata/vultr.ts';
import type { Found } from '../ports/found.ts';
import type { Ovf } from '../reading/ovf-document.ts';

/** How a source on the network is read; each has a client of its own, so that one that hangs takes nobody's connections. */
export function openService(machine: Machine, readDisc: () => Promise<Ovf | null>) {
  return async (source: SourceName, signal: AbortSignal): Promise<Found | null> => {
    const client = openMetadataClient(signal);
    switch (source) {
      case 'ec2':
        return readEc2(client);
      case 'gce':
        return readGce(client);
      case 'azure':
        return readAzure(client, readDisc);
      case 'openstack':
        return readOpenStack(client);
      case 'digitalocean':
        return readDigitalOcean(client);
      case 'hetzner':
        return readHetzner(client);
      case 'vultr':
        return readVultr(client);
      case 'scaleway':
        return readScaleway(client);
      case 'no-cloud-net': {
        const seed = seedOf(machine.productSerial);
        return seed?.url ? readNoCloudNet(client, seed, machine.productUuid) : null;
      }
      default:
        return null;
    }
  };
}
