import { servicesPrefix, skydnsPrefix } from '../../protocol/etcd/roles.ts';
import { labels } from '../../protocol/units/spec/labels.ts';

/** A container as Docker lists it; as much of it as registration reads. */
export interface Container {
  Id: string;
  Names: string[];
  Image: string;
  State: string;
  /** `Up 2 minutes (healthy)` */
  Status: string;
  Labels: Record<string, string>;
  Ports?: { PrivatePort: number; PublicPort?: number; Type: string }[];
}

/** Where the entries of this host point to. */
export interface Place {
  host: string;
  address: string;
  /** Of DNS names: `web.cluster.local`. */
  domain: string;
  /** Seconds that DNS servers may keep an answer. */
  ttl: number;
}

/** The keys that running containers should have in etcd, each with its value. */
export function entriesOf(containers: readonly Container[], place: Place): Map<string, string> {
  const entries = new Map<string, string>();
  for (const container of containers.filter(isServing)) {
    const ports = portsOf(container);
    for (const { published, inner } of ports) {
      const name = serviceNameOf(container);
      // one name for each port, as registrator has it
      const service = ports.length > 1 ? `${name}-${inner}` : name;
      const own = containerNameOf(container);
      const { host, address, domain, ttl } = place;
      entries.set(`${servicesPrefix}${service}/${host}:${own}:${inner}`, `${address}:${published}`);
      const labelsOfName = `${labelOf(service)}.${domain}`.split('.').toReversed();
      const id = labelOf(`${host}-${own}-${inner}`);
      entries.set(
        `${skydnsPrefix}${labelsOfName.join('/')}/${id}`,
        JSON.stringify({ host: address, port: published, ttl }),
      );
    }
  }
  return entries;
}

/** What is unhealthy, or not yet known to be healthy, gets no requests. */
function isServing({ State, Status, Labels }: Container): boolean {
  return State === 'running' && !/\((unhealthy|health: starting)\)/.test(Status) && !Labels.SERVICE_IGNORE;
}

function serviceNameOf({ Labels, Image }: Container): string {
  const image = Image.replace(/@.*$/, '').replace(/:[^/]*$/, '');
  const name =
    Labels.SERVICE_NAME || Labels['com.docker.swarm.service.name'] || image.split('/').at(-1) || 'unnamed';
  return name.replaceAll('/', '-');
}

function containerNameOf({ Names, Id }: Container): string {
  return Names[0]?.replace(/^\//, '') || Id.slice(0, 12);
}

/** Ports that others reach: those of the host, or of swarm’s mesh, which stand in a label. */
function portsOf({ Ports = [], Labels }: Container): { published: number; inner: number }[] {
  const own = Ports.flatMap(({ PublicPort, PrivatePort, Type }) =>
    PublicPort === undefined || Type !== 'tcp' ? [] : [{ published: PublicPort, inner: PrivatePort }],
  );
  const mesh = [...(Labels[labels.ports] ?? '').matchAll(/(\d+):(\d+)\/tcp/g)].map(
    ([, published, inner]) => ({
      published: Number(published),
      inner: Number(inner),
    }),
  );
  // IPv4 and IPv6 have a row each
  return [...new Map([...mesh, ...own].map((port) => [port.inner, port])).values()];
}

/** A part of a DNS name. */
function labelOf(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 63) || 'x'
  );
}
