import type { SourceName } from '../../../protocol/documents/user-data-sources.ts';
import { localSources, networkSources } from '../../../protocol/documents/user-data-sources.ts';
import type { Machine } from './machine.ts';
import { seedOf } from './seed.ts';

/** Which sources a machine has by its firmware, each list in the order in which they count. */
export interface Choice {
  local: SourceName[];
  network: SourceName[];
}

const given: readonly SourceName[] = ['fw-cfg', 'smbios'];
const disks: readonly SourceName[] = ['no-cloud', 'config-drive'];

/**
 * Chooses by what the firmware says. A cloud with a metadata service of its own is asked for that alone: a disk that
 * somebody attached must not speak for it. An unknown machine has disks, and metadata only by configuration: `wanted`.
 */
export function chooseSources(machine: Machine, wanted: readonly SourceName[] | null): Choice {
  if (wanted) {
    return {
      local: wanted.filter((name) => localSources.some((each) => each === name)),
      network: wanted.filter((name) => networkSources.some((each) => each === name)),
    };
  }
  const [cloud, ofCloud] = cloudOf(machine);
  const seed = seedOf(machine.productSerial);
  if (seed?.url) return { local: [...given], network: ['no-cloud-net'] };
  return { local: [...given, ...(ofCloud ?? disks)], network: cloud ? [cloud] : [] };
}

/** The cloud that the firmware names, and the sources on disks that count there. */
function cloudOf(machine: Machine): [cloud: SourceName | null, disks?: readonly SourceName[]] {
  const { sysVendor, productName, productSerial, productUuid, chassisAssetTag, biosVersion } = machine;
  if (sysVendor === 'DigitalOcean') return ['digitalocean', ['config-drive', 'no-cloud']];
  if (sysVendor === 'Hetzner') return ['hetzner', []];
  if (sysVendor === 'Vultr') return ['vultr', []];
  if (sysVendor === 'Scaleway') return ['scaleway', []];
  if (sysVendor === 'Amazon EC2' || /amazon/i.test(biosVersion)) return ['ec2', []];
  if (productUuid.startsWith('ec2') && productSerial.toLowerCase().startsWith('ec2')) return ['ec2', []];
  if (productName === 'Google Compute Engine' || productSerial.startsWith('GoogleCloud-')) return ['gce', []];
  if (chassisAssetTag === azureTag) return ['azure', []];
  if (/^OpenStack (Nova|Compute)$/.test(productName) || openStackTags.includes(chassisAssetTag)) {
    return ['openstack', ['config-drive']];
  }
  if (/VMware/.test(sysVendor) || /VMware/.test(productName)) {
    return [null, ['guestinfo', 'ovf', 'no-cloud', 'config-drive']];
  }
  return [null];
}

/** The same on every machine of Azure. */
const azureTag = '7783-7084-3265-9085-8269-3286-77';
const openStackTags = [
  'OpenStack Nova',
  'OpenStack Compute',
  'OpenTelekomCloud',
  'SAP CCloud VM',
  'HUAWEICLOUD',
];
