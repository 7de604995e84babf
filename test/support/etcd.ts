import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

interface EtcdMember {
  url: string;
  name: string;
  process: ChildProcess;
  kill(): Promise<void>;
}

export interface EtcdCluster {
  endpoints: string[];
  members: EtcdMember[];
  stop(): Promise<void>;
}

/** Where Debian's etcd is on this machine, or nothing. */
function findEtcd(): string | undefined {
  const root = new URL('../../', import.meta.url).pathname;
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'etcd'));
  const places = [process.env.INTERLOCK_ETCD, ...onPath, join(root, '.cache/tools/etcd/usr/bin/etcd')];
  return places.find((place) => place && existsSync(place)) as string | undefined;
}

/** Starts a real etcd of `size` members on loopback; `extra` are further flags, TLS for one. */
export async function startEtcd(size = 1, extra: string[] = []): Promise<EtcdCluster> {
  const program = findEtcd();
  if (!program) throw new Error('etcd is missing: set INTERLOCK_ETCD');
  const scheme = extra.some((flag) => flag.startsWith('--cert-file')) ? 'https' : 'http';
  const folder = await mkdtemp(join(tmpdir(), 'interlock-etcd-'));
  const ports = await freePorts(size * 2);
  const peers = Array.from({ length: size }, (_, n) => `m${n}=http://127.0.0.1:${ports[size + n]}`);
  const members = Array.from({ length: size }, (_, n): EtcdMember => {
    const url = `${scheme}://127.0.0.1:${ports[n]}`;
    const peer = `http://127.0.0.1:${ports[size + n]}`;
    const child = spawn(
      program,
      [
        ...['--name', `m${n}`, '--data-dir', join(folder, `m${n}`), '--listen-client-urls', url],
        ...['--advertise-client-urls', url, '--listen-peer-urls', peer],
        ...['--initial-advertise-peer-urls', peer, '--initial-cluster', peers.join(',')],
        ...['--initial-cluster-token', `t${ports[0]}`, '--pre-vote', '--logger=zap', '--log-outputs=stderr'],
        ...extra,
      ],
      { stdio: 'ignore' },
    );
    return { url, name: `m${n}`, process: child, kill: () => end(child) };
  });
  const cluster = {
    endpoints: members.map(({ url }) => url),
    members,
    async stop() {
      await Promise.all(members.map((member) => member.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await Promise.all(ports.slice(0, size).map(waitForPort));
    if (scheme === 'http') await waitUntilHealthy(cluster.endpoints[0]!);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function waitUntilHealthy(url: string): Promise<void> {
  for (const start = Date.now(); Date.now() - start < 30_000; await sleep(50)) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok && ((await answer.json()) as { health: string }).health === 'true') return;
  }
  throw new Error(`etcd at ${url} did not become healthy`);
}

async function waitForPort(port: number): Promise<void> {
  for (const start = Date.now(); Date.now() - start < 30_000; await sleep(50)) {
    const isOpen = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.end());
    });
    if (isOpen) return;
  }
  throw new Error(`nothing listens on ${port}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
