import { macOf, prefixedOf } from '../network/addresses.ts';
import { newLink } from '../network/new-link.ts';
import type { Found } from '../ports/found.ts';
import type { LinkPlan, NetworkPlan } from '../ports/network-plan.ts';
import { listOf, refuse, tableOf, textOf } from '../reading/fields.ts';
import { foundOf } from '../reading/found-of.ts';
import { hostnameOf } from '../reading/host-name.ts';
import { sshKeysOf } from '../reading/ssh-keys.ts';
import type { MetadataClient } from './client.ts';

const base = 'http://169.254.169.254';
const ask = { headers: { 'metadata-token': 'vultr' } };

/** Reads Vultr's metadata. The public device has DHCP; a private one has none, and its address is in the document. */
export async function readVultr(client: MetadataClient): Promise<Found> {
  await client.reach([base], '/v1.json', ask);
  const metadata = tableOf(await client.json(`${base}/v1.json`, ask), 'v1.json');
  return foundOf({
    source: 'vultr',
    instanceId: metadata['instance-v2-id'] ?? metadata.instanceid,
    hostname: hostnameOf(metadata.hostname, 'hostname'),
    sshKeys: sshKeysOf(metadata['public-keys'], 'public-keys'),
    userData: await client.get(`${base}/latest/user-data`, ask),
    network: () => readInterfaces(metadata.interfaces),
  });
}

/** The devices beside the first: all of that one comes by DHCP. */
function readInterfaces(interfaces: unknown): NetworkPlan {
  const others = listOf(interfaces, 'interfaces').slice(1);
  const links = others.map((item, index) => readInterface(item, index));
  return { links, dns: [], search: [] };
}

function readInterface(item: unknown, index: number): LinkPlan {
  const what = `interfaces[${index + 1}]`;
  const device = tableOf(item, what);
  const mac = macOf(textOf(device.mac, `${what}.mac`), `${what}.mac`);
  if (!mac) throw refuse(`${what}.mac`, 'is missing');
  const ipv4 = tableOf(device.ipv4, `${what}.ipv4`);
  const address = textOf(ipv4.address, `${what}.ipv4.address`);
  const mask = textOf(ipv4.netmask, `${what}.ipv4.netmask`);
  return {
    ...newLink(`private${index}`),
    match: { mac },
    addresses: address ? [prefixedOf(address, mask, `${what}.ipv4`)] : [],
  };
}
