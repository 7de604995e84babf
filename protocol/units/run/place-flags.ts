import type { ServiceSpec } from '../spec/service-spec.ts';
import { Refusal } from '../text/split-words.ts';
import { type Flag, needless, taken } from './flag.ts';
import { bytesOf, countOf, pairOf, portsOf } from './values.ts';

/** What is said of network, resources and logs; and what swarm does by itself. */
export const placeFlags: readonly Flag[] = [
  taken(
    ['--publish', '-p'],
    'port, on every machine of the swarm',
    ({ EndpointSpec }, value) => void EndpointSpec.Ports.push(...portsOf(value)),
  ),
  taken(
    ['--network', '--net'],
    'network: `host`, `bridge`, or an overlay network that exists',
    attachNetwork,
  ),
  taken(['--network-alias', '--net-alias'], 'name in the network before it', addAlias),
  taken(
    ['--add-host'],
    'line of /etc/hosts',
    ({ TaskTemplate: { ContainerSpec } }, value) => void ContainerSpec.Hosts.push(hostLineOf(value)),
  ),
  taken(
    ['--dns'],
    'name server',
    ({ TaskTemplate: { ContainerSpec } }, value) => void ContainerSpec.DNSConfig.Nameservers.push(value),
  ),
  taken(
    ['--dns-search'],
    'search domain',
    ({ TaskTemplate: { ContainerSpec } }, value) => void ContainerSpec.DNSConfig.Search.push(value),
  ),
  taken(
    ['--dns-option', '--dns-opt'],
    'option of the resolver',
    ({ TaskTemplate: { ContainerSpec } }, value) => void ContainerSpec.DNSConfig.Options.push(value),
  ),
  taken(['--memory', '-m'], 'limit of memory', ({ TaskTemplate: { Resources } }, value) => {
    Resources.Limits.MemoryBytes = bytesOf(value);
  }),
  taken(
    ['--memory-reservation'],
    'memory that a machine must have free',
    ({ TaskTemplate: { Resources } }, value) => {
      Resources.Reservations.MemoryBytes = bytesOf(value);
    },
  ),
  taken(['--cpus'], 'limit of processors', ({ TaskTemplate: { Resources } }, value) => {
    if (!/^\d*\.?\d+$/.test(value)) throw new Refusal(`${value} is not a number of processors`, '--cpus 0.5');
    Resources.Limits.NanoCPUs = Math.round(Number(value) * 1e9);
  }),
  taken(['--pids-limit'], 'limit of processes', ({ TaskTemplate: { Resources } }, value) => {
    Resources.Limits.Pids = countOf(value);
  }),
  taken(['--log-driver'], 'log driver', ({ TaskTemplate }, value) => {
    TaskTemplate.LogDriver = { Options: {}, ...TaskTemplate.LogDriver, Name: value };
  }),
  taken(['--log-opt'], 'option of the log driver', ({ TaskTemplate }, value) => {
    const [key, text] = pairOf(value);
    const { Name = 'journald', Options = {} } = TaskTemplate.LogDriver ?? {};
    TaskTemplate.LogDriver = { Name, Options: { ...Options, [key]: text } };
  }),
  needless(
    ['--name'],
    'value',
    'swarm names containers; the name says which ones ExecStartPre and ExecStop mean',
  ),
  needless(['--rm'], 'nothing', 'swarm removes containers'),
  needless(['--detach', '-d'], 'nothing', 'a service runs by itself'),
  needless(['--restart'], 'value', 'Restart= of the unit says that'),
  needless(['--expose'], 'value', 'containers of one network reach each other'),
  needless(['--pull'], 'value', 'machines fetch what they lack'),
  needless(['--quiet', '-q'], 'nothing', 'nothing is printed'),
  needless(['--sig-proxy'], 'nothing', 'nobody is attached'),
];

const nodeNetworks = ['host', 'bridge'];

function attachNetwork({ TaskTemplate: { Networks } }: ServiceSpec, value: string): void {
  if (value === 'none' || value === 'default' || value.includes(':')) {
    throw new Refusal(
      `--network ${value}: a service has the network host, bridge or one of swarm’s`,
      '--network NAME of one that `docker network create --driver overlay NAME` made',
    );
  }
  Networks.push({ Target: value });
}

function addAlias({ TaskTemplate: { Networks } }: ServiceSpec, value: string): void {
  const last = Networks.at(-1);
  if (!last || nodeNetworks.includes(last.Target)) {
    throw new Refusal(
      '--network-alias needs an overlay network before it',
      `--network NAME --network-alias ${value}`,
    );
  }
  last.Aliases = [...(last.Aliases ?? []), value];
}

/** Swarm wants the address first, as /etc/hosts has it. */
function hostLineOf(value: string): string {
  const at = value.indexOf(':');
  if (at < 1 || value.endsWith(':host-gateway'))
    throw new Refusal(`--add-host ${value} names no address`, '--add-host db:10.0.0.7');
  return `${value.slice(at + 1)} ${value.slice(0, at)}`;
}
