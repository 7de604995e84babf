import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, freePorts, startEtcd, waitForPort } from './etcd.ts';

const tools = join(import.meta.dirname, '../../.cache/tools');

/** A service by which members of etcd find each other. */
export interface Discovery {
  /** A new URL, as whoever may make one gets it. */
  newUrl(size: number): Promise<string>;
  stop(): Promise<void>;
}

/** A member that looks for others; it may end by itself. */
export interface Member {
  url: string;
  name: string;
  /** Everything that it logged. */
  said(): string;
  ended: Promise<number | null>;
  kill(): Promise<void>;
}

/** Debian's etcd of a release, as `setup.js --peers` unpacks it. */
export function etcdOf(release: 'bookworm' | 'trixie'): string {
  return unpacked(`etcd-${release}`, 'etcd');
}

/** etcd's own service, which is Debian's `etcd-discovery`, with an etcd behind it. It reads one fixed file, so it gets an /etc of its own. */
export async function startEtcdDiscovery(): Promise<Discovery> {
  const program = unpacked('discovery.etcd.io', 'discovery.etcd.io');
  const etcd = await startEtcd(1, ['--enable-v2']);
  const [port] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const settings = [
    ...['[server]', `prefix_url=http://${address}`, `web_service_address=${address}`],
    ...['[etcd]', `endpoint_location=${etcd.endpoints[0]}`],
  ];
  const script = [
    'mount -t tmpfs none /etc && mkdir /etc/etcd-discovery',
    `printf '%s\\n' "$@" > /etc/etcd-discovery/etcd-discovery.conf && exec "$0"`,
  ];
  const inside = ['--user', '--map-root-user', '--mount', 'sh', '-euc', script.join('\n')];
  const child = spawn('unshare', [...inside, program, ...settings], { stdio: 'ignore' });
  const stop = async () => {
    await end(child);
    await etcd.stop();
  };
  try {
    await waitForPort(new URL(`http://${address}`));
  } catch (error) {
    await stop();
    throw error;
  }
  return { newUrl: async (size) => (await fetch(`http://${address}/new?size=${size}`)).text(), stop };
}

/** Starts members on empty folders; `remove` ends all and deletes the folders. */
export function memberStarter(program: string) {
  const started: { child: ChildProcess; folder: string }[] = [];
  return {
    async start(name: string, discovery: string, given?: number[]): Promise<Member & { ports: number[] }> {
      const folder = await mkdtemp(join(tmpdir(), 'interlock-member-'));
      const ports = given ?? (await freePorts(2));
      const [url, peer] = ports.map((port) => `http://127.0.0.1:${port}`) as [string, string];
      const args = [
        ...['--name', name, '--data-dir', join(folder, 'data'), '--logger=zap', '--log-outputs=stderr'],
        ...['--listen-client-urls', url, '--advertise-client-urls', url],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
        ...['--discovery', discovery, '--discovery-fallback', 'exit'],
      ];
      const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      started.push({ child, folder });
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      return { url, name, ports, said: () => said, ended, kill: () => end(child) };
    },
    async remove() {
      await Promise.all(started.map(({ child }) => end(child)));
      await Promise.all(started.map(({ folder }) => rm(folder, { recursive: true, force: true })));
    },
  };
}

function unpacked(tool: string, program: string): string {
  const path = join(tools, tool, 'usr/bin', program);
  if (!existsSync(path)) throw new Error(`${tool} is not here: node setup.js --peers`);
  return path;
}
