import type { LinkPlan, NetworkPlan } from '../ports/network-plan.ts';
import { listOf, refuse, tableOf, textOf, textsOf } from '../reading/fields.ts';
import { addressOf, macOf } from './addresses.ts';
import { checkLinks, newLink } from './new-link.ts';
import { addSubnet } from './read-v1.ts';

/** Reads the interfaces in DigitalOcean's metadata: addresses by MAC, a way out only by the public one. */
export function readDroplet(interfaces: unknown, dns: unknown): NetworkPlan | undefined {
  const groups = Object.entries(tableOf(interfaces, 'interfaces'));
  const links = groups.flatMap(([kind, items]) =>
    listOf(items, `interfaces.${kind}`).map((item, index) => readInterface(kind, item, index)),
  );
  if (links.length === 0) return undefined;
  const servers = tableOf(dns, 'dns').nameservers;
  return checkLinks({
    links,
    dns: textsOf(servers, 'dns.nameservers').map((text) => addressOf(text, 'dns.nameservers')),
    search: [],
  });
}

function readInterface(kind: string, item: unknown, index: number): LinkPlan {
  const what = `interfaces.${kind.slice(0, 40)}[${index}]`;
  const fields = tableOf(item, what);
  const mac = macOf(textOf(fields.mac, `${what}.mac`), `${what}.mac`);
  if (!mac) throw refuse(`${what}.mac`, 'is missing');
  const isPublic = (textOf(fields.type, `${what}.type`) ?? kind) === 'public';
  const link = { ...newLink(`${isPublic ? 'public' : 'private'}${index}`), match: { mac } };
  for (const part of ['ipv4', 'ipv6', 'anchor_ipv4', 'anchor_ipv6']) {
    const subnet = tableOf(fields[part], `${what}.${part}`);
    if (subnet.ip_address === undefined) continue;
    const hasWayOut = isPublic && !part.startsWith('anchor');
    addSubnet(
      link,
      {
        type: 'static',
        address: subnet.ip_address,
        netmask: subnet.cidr ?? subnet.netmask,
        ...(hasWayOut && { gateway: subnet.gateway }),
      },
      `${what}.${part}`,
    );
  }
  return link;
}
