import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** One etcd process on its own data folder. */
export interface EtcdMember {
  url: string;
  name: string;
  kill(): Promise<void>;
  /** Starts it again on what its folder holds, unless it runs. */
  restart(): void;
  /** Stops and continues the process: its sockets stay open and nobody answers. */
  pause(): void;
  resume(): void;
}

/** Where a member listens, and what its command line is put behind: another network namespace, say. */
export interface MemberPlace {
  address: string;
  prefix: readonly string[];
}

export interface EtcdCluster {
  endpoints: string[];
  members: EtcdMember[];
  /** One more member, that has no vote and answers nothing but "rpc not supported for learner". */
  addLearner(): Promise<EtcdMember>;
  stop(): Promise<void>;
}

/** Where Debian's etcd is on this computer, or nothing. */
function findEtcd(): string | undefined {
  const root = new URL('../../', import.meta.url).pathname;
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'etcd'));
  const places = [process.env.INTERLOCK_ETCD, ...onPath, join(root, '.cache/tools/etcd/usr/bin/etcd')];
  return places.find((place) => place && existsSync(place)) as string | undefined;
}

/** Starts a real etcd of `size` members, on loopback unless `places` says where; `extra` are further flags, TLS for one. */
export async function startEtcd(
  size = 1,
  extra: string[] = [],
  places: readonly MemberPlace[] = [],
): Promise<EtcdCluster> {
  const program = findEtcd();
  if (!program) throw new Error('etcd is missing: set INTERLOCK_ETCD');
  const scheme = extra.some((flag) => flag.startsWith('--cert-file')) ? 'https' : 'http';
  const folder = await mkdtemp(join(tmpdir(), 'interlock-etcd-'));
  const ports = await freePorts(size * 2);
  const addressOf = (n: number) => places[n]?.address ?? '127.0.0.1';
  const peers = Array.from({ length: size }, (_, n) => `m${n}=http://${addressOf(n)}:${ports[size + n]}`);
  const startMember = (n: number, url: string, peer: string, initial: readonly string[]): EtcdMember => {
    const command = [
      ...(places[n]?.prefix ?? []),
      ...[program, '--name', `m${n}`, '--data-dir', join(folder, `m${n}`), '--listen-client-urls', url],
      ...['--advertise-client-urls', url, '--listen-peer-urls', peer],
      ...['--initial-advertise-peer-urls', peer, '--initial-cluster', initial.join(',')],
      ...(initial.length > size ? ['--initial-cluster-state', 'existing'] : []),
      ...['--initial-cluster-token', `t${ports[0]}`, '--pre-vote', '--logger=zap', '--log-outputs=stderr'],
      ...extra,
    ];
    const start = () => spawn(command[0]!, command.slice(1), { stdio: 'ignore' });
    let child = start();
    return {
      ...{ url, name: `m${n}` },
      kill: () => end(child),
      restart: () => {
        if (hasEnded(child)) child = start();
      },
      pause: () => void child.kill('SIGSTOP'),
      resume: () => void child.kill('SIGCONT'),
    };
  };
  const members = peers.map((peer, n) => {
    const url = `${scheme}://${addressOf(n)}:${ports[n]}`;
    return startMember(n, url, peer.slice(`m${n}=`.length), peers);
  });
  const cluster: EtcdCluster = {
    endpoints: members.map(({ url }) => url),
    members,
    async addLearner() {
      const [own, peer] = await freePorts(2);
      const peerUrl = `http://127.0.0.1:${peer}`;
      const body = JSON.stringify({ peerURLs: [peerUrl], isLearner: true });
      await retry(async () => {
        const added = await fetch(`${members[0]!.url}/v3/cluster/member/add`, { method: 'POST', body });
        if (!added.ok) throw new Error(await added.text());
      });
      const n = members.length;
      const member = startMember(n, `http://127.0.0.1:${own}`, peerUrl, [...peers, `m${n}=${peerUrl}`]);
      members.push(member);
      await waitForPort(new URL(member.url));
      return member;
    },
    async stop() {
      await Promise.all(members.map((member) => member.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await Promise.all(members.map(({ url }) => waitForPort(new URL(url))));
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

/** Waits until something listens. */
export async function waitForPort({ hostname, port }: URL): Promise<void> {
  for (const start = Date.now(); Date.now() - start < 30_000; await sleep(50)) {
    const isOpen = await new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.end());
    });
    if (isOpen) return;
  }
  throw new Error(`nothing listens on ${hostname}:${port}`);
}

/** Kills a process that was started here, and waits for its end. */
export async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Ports of loopback that are free now. */
export async function freePorts(count: number): Promise<number[]> {
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

/** A cluster that just lost sight of a member refuses changes for some seconds. */
async function retry(work: () => Promise<void>): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(500);
    }
  }
}
