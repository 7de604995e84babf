import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Room for etcd's and the swarm's logs, images and containers; sparse. */
export const stateSize = '4 GiB';

/** What is different from one member to the next. */
export interface Place {
  number: number;
  /** Host name and etcd member name. */
  name: string;
  /** Address on the switch. */
  address: string;
  /** MAC of the card that is on the switch. */
  mac: string;
}

/** The places of a cluster of `size` hosts. */
export function placesOf(size: number): Place[] {
  return Array.from({ length: size }, (_, index) => ({
    number: index + 1,
    name: `n${index + 1}`,
    address: `192.168.77.${index + 1}`,
    mac: `52:54:00:77:00:0${index + 1}`,
  }));
}

/** URL of a member's etcd for its fellows. */
export function clientUrl({ address }: Place): string {
  return `http://${address}:2379`;
}

/** Writes what `interlock disk --config` takes: a static address, and etcd with the patience of emulated machines. */
export async function writeHostConfig(folder: string, own: Place, all: readonly Place[]): Promise<void> {
  const peer = ({ address }: Place) => `http://${address}:2380`;
  const etcd = {
    ETCD_NAME: own.name,
    ETCD_INITIAL_CLUSTER: all.map((place) => `${place.name}=${peer(place)}`).join(','),
    ETCD_INITIAL_CLUSTER_TOKEN: 'journey',
    ETCD_INITIAL_ADVERTISE_PEER_URLS: peer(own),
    ETCD_LISTEN_PEER_URLS: peer(own),
    ETCD_LISTEN_CLIENT_URLS: 'http://0.0.0.0:2379',
    ETCD_ADVERTISE_CLIENT_URLS: clientUrl(own),
    ETCD_HEARTBEAT_INTERVAL: '500',
    ETCD_ELECTION_TIMEOUT: '5000',
  };
  const network = ['[Match]', `MACAddress=${own.mac}`, '[Network]', `Address=${own.address}/24`];
  await put(folder, 'hostname', `${own.name}\n`);
  await put(
    folder,
    'interlock/etcd.env',
    lines(Object.entries(etcd).map(([name, value]) => `${name}=${value}`)),
  );
  await put(folder, 'systemd/network/70-lan.network', lines(network));
  await stayAtHome(folder);
}

/** A machine under test asks nobody outside for the time. */
export async function stayAtHome(folder: string): Promise<void> {
  await put(folder, 'systemd/timesyncd.conf.d/50-none.conf', lines(['[Time]', 'NTP=', 'FallbackNTP=']));
}

async function put(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

function lines(of: readonly string[]): string {
  return of.map((line) => `${line}\n`).join('');
}
