import { foundInOpenStack } from '../../../agent/user-data/documents/openstack-documents.ts';
import { foundInSeed } from '../../../agent/user-data/documents/seed-documents.ts';
import { fileSystemOf, labelInFolder } from '../../../agent/user-data/local/file-system.ts';
import { credentialIn, stringsOf } from '../../../agent/user-data/local/smbios.ts';
import { seedOf } from '../../../agent/user-data/machine/seed.ts';
import { goalStateOf } from '../../../agent/user-data/metadata/goal-state.ts';
import { networkFiles } from '../../../agent/user-data/network/network-files.ts';
import { readDroplet } from '../../../agent/user-data/network/read-droplet.ts';
import { readNetworkConfig } from '../../../agent/user-data/network/read-network-config.ts';
import { readNetworkData } from '../../../agent/user-data/network/read-network-data.ts';
import type { NetworkPlan } from '../../../agent/user-data/ports/network-plan.ts';
import { readOvf } from '../../../agent/user-data/reading/ovf-document.ts';
import { parseJson } from '../../../agent/user-data/reading/parse-json.ts';
import { parseYaml } from '../../../agent/user-data/reading/parse-yaml.ts';
import { mutateJson } from '../mutate-json.ts';
import type { FuzzTarget } from '../target.ts';

const link = {
  match: { macaddress: '52:54:00:00:00:01' },
  addresses: ['192.0.2.1/24'],
  routes: [{ to: 'default', via: '192.0.2.2' }],
};
const documents = [
  {
    version: 2,
    ethernets: { a: link },
    bonds: { b: { interfaces: ['a'], parameters: { mode: '802.3ad' } } },
    vlans: { v: { id: 7, link: 'b' } },
  },
  {
    version: 1,
    config: [
      {
        type: 'physical',
        name: 'a',
        subnets: [{ type: 'static', address: '192.0.2.1', netmask: '255.255.0.0' }],
      },
      { type: 'nameserver', address: '192.0.2.5' },
    ],
  },
  {
    uuid: 'u',
    hostname: 'h',
    public_keys: { a: 'ssh-rsa AAAA' },
    links: [{ id: 'x', type: 'phy', ethernet_mac_address: '52:54:00:00:00:01' }],
    networks: [{ id: 'n', link: 'x', type: 'ipv4', ip_address: '192.0.2.3', netmask: '255.0.0.0' }],
    services: [],
  },
  {
    'instance-id': 'i',
    'local-hostname': 'h',
    public: [{ mac: '52:54:00:00:00:01', ipv4: { ip_address: '192.0.2.4', netmask: '255.0.0.0' } }],
  },
];
const xml =
  '<E><HostName>h</HostName><CustomData>YQ==</CustomData><Property oe:key="user-data" oe:value="&#x41;"/><Incarnation>1</Incarnation></E>';

/** Each either says something or refuses. */
const readers: ((input: Buffer) => unknown)[] = [
  (input) =>
    foundInSeed('no-cloud', { metaData: input, userData: input, networkConfig: null }, { fallbackId: 'x' }),
  (input) => written(readNetworkConfig(parseYaml(input, 'x'))),
  (input) =>
    foundInOpenStack('openstack', {
      metaData: parseJson(input, 'x'),
      userData: null,
      networkData: null,
    }),
  (input) => written(readNetworkData(parseJson(input, 'x'))),
  (input) => written(readDroplet(parseJson(input, 'x'), {})),
  (input) => readOvf(input.toString('utf8')),
  (input) => goalStateOf(input.toString('utf8'), 'x'),
  (input) => seedOf(input.toString('utf8')),
  (input) => fileSystemOf(input),
  (input) => labelInFolder(input),
  (input) => credentialIn(stringsOf(input), 'interlock.user-data'),
];

/** Whatever a plan says, no file has a line that is no setting. */
function written(plan: NetworkPlan | undefined): void {
  for (const { name, content } of plan ? networkFiles(plan) : []) {
    if (!/^[12]0-user-data-[A-Za-z0-9._-]+\.(link|netdev|network)$/.test(name))
      throw new Error(`a file ${name}`);
    const odd = content
      .split('\n')
      .find((line) => !/^(|\[[A-Za-z0-9]+\]|[A-Za-z0-9]+=[\x20-\x7e]+)$/.test(line));
    if (odd !== undefined) throw new Error(`a line ${JSON.stringify(odd)}`);
  }
}

/** The first byte says which reader gets the rest. */
const withReader = (reader: number, rest: Uint8Array) => Buffer.concat([Buffer.from([reader]), rest]);

export const target: FuzzTarget = {
  corpus: () => {
    const texts = [
      ...documents.map((document) => JSON.stringify(document)),
      xml,
      'ds=nocloud;s=http://192.0.2.1/;h=one',
    ];
    return texts.flatMap((text) => readers.map((_, reader) => withReader(reader, Buffer.from(text))));
  },
  mutate: (input, random) => withReader(random.below(readers.length), mutateJson(input.subarray(1), random)),
  run: (input) => readers[(input[0] ?? 0) % readers.length]!(input.subarray(1)),
};
