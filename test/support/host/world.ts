import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Memory } from '../../../agent/state-machine/memory.ts';
import type { LockValue } from '../../../protocol/lock/lock-value.ts';
import { openEtcd } from '../../../system/etcd/etcd.ts';
import { readLock } from '../../../system/lock/read-lock.ts';
import { type EtcdCluster, startEtcd } from '../etcd.ts';
import { createHost, type PackDisk } from './create-host.ts';
import { makeHostRelease } from './make-release.ts';
import type { Host } from './supervise-host.ts';

const cli = new URL('../../../cli/main.ts', import.meta.url).pathname;

/** Everything one host lives with: keys, an update server, etcd, and releases to publish. Nothing is simulated. */
export interface World {
  host: Host;
  /** Runs `interlock …` against the server; returns what it printed. */
  interlock(...words: string[]): Promise<string>;
  /** Makes a version the head of stable. */
  publish(version: string): Promise<string>;
  memory(): Promise<Memory | null>;
  lock(): Promise<LockValue>;
  /** True when the host runs a version, at rest, and has seen in this very boot what the server wants. */
  isSettledOn(version: string): Promise<boolean>;
  until(what: string, isDone: () => Promise<boolean>, seconds?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Programs of another release; what is not given is this one's. */
export interface Programs {
  /** `interlock`, the server included. */
  cli?: string;
  agent?: string;
  /** Makes the releases. */
  makeHostRelease?: typeof makeHostRelease;
  /** Makes the host's disk. */
  packDisk?: PackDisk;
}

/** Starts the world with the host on version 1. `versions`: files of each image besides what a host needs. */
export async function startWorld(
  versions: Record<string, Record<string, string>>,
  ballastBytes: number,
  of: Programs = {},
): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'interlock-world-'));
  const at = (...path: string[]) => join(dir, ...path);
  const env: NodeJS.ProcessEnv = { ...process.env };
  const interlock = async (...words: string[]) =>
    (await promisify(execFile)(process.execPath, [of.cli ?? cli, ...words], { env })).stdout;
  const publish = (version: string) =>
    interlock('publish', at(version), '--keys', at('keys'), '--channel', 'stable');

  const etcd = await startEtcd();
  await interlock('keys', 'init', at('keys'), '--no-x509');
  await makeReleases(at, versions, ballastBytes, of.makeHostRelease ?? makeHostRelease);
  const server = await startServer(at, env, of.cli ?? cli);
  await publish('1');
  const made = await interlock('token', 'create', '--role', 'join', '--data', at('data'), '--json');
  const { token } = JSON.parse(made) as { token: string };
  const host = await createHost({
    dir: at('host'),
    release: at('1'),
    config: { 'agent.d/50-host.toml': settings(env.INTERLOCK_SERVER!, token, etcd) },
    pollMs: 200,
    ...(of.agent && { agent: of.agent }),
    ...(of.packDisk && { packDisk: of.packDisk }),
  });
  await host.start();

  const world: World = {
    host,
    interlock,
    publish,
    async memory() {
      const text = await readFile(at('host/var/lib/interlock/agent/state.json'), 'utf8').catch(() => null);
      return text ? JSON.parse(text) : null;
    },
    async lock() {
      const client = openEtcd({ endpoints: etcd.endpoints });
      return readLock(client, 'default').finally(() => client.close());
    },
    async isSettledOn(version) {
      const { phase, look, boots } = (await world.memory()) ?? {};
      const running = await host.running().catch(() => null);
      if (running?.version !== version || boots?.at(-1) !== running.bootId) return false;
      return phase?.at === 'idle' && look?.reason !== '';
    },
    async until(what, isDone, seconds = 90) {
      for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(100)) {
        if (await isDone()) return;
      }
      throw new Error(`${what}: ${JSON.stringify(await world.memory(), null, 1)}`);
    },
    async stop() {
      await host.stop();
      const ended = server.exitCode === null && once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
      await etcd.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return world;
}

async function makeReleases(
  at: (...path: string[]) => string,
  versions: Record<string, Record<string, string>>,
  ballastBytes: number,
  make: typeof makeHostRelease,
): Promise<void> {
  const trust = { 'usr/lib/interlock/root.json': await readFile(at('keys/metadata/root.json'), 'utf8') };
  for (const [version, more] of Object.entries(versions)) {
    const ballast = randomBytes(ballastBytes);
    await make(at(version), version, { files: { ...trust, ...more }, ballast });
    for (const name of ['packages.lock', 'sbom.cdx.json']) await writeFile(at(version, name), '');
  }
}

async function startServer(
  at: (...path: string[]) => string,
  env: NodeJS.ProcessEnv,
  program: string,
): Promise<ChildProcess> {
  const words = [
    'serve',
    '--data',
    at('data'),
    '--listen',
    '127.0.0.1:0',
    '--online-keys',
    at('keys/online'),
  ];
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the server ended: ${text}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('listening on')) resolve();
    });
  });
  env.INTERLOCK_SERVER = /listening on (\S+)/.exec(text)![1];
  env.INTERLOCK_TOKEN = /admin token: (\S+)/.exec(text)![1];
  return child;
}

function settings(url: string, token: string, etcd: EtcdCluster): string {
  return [
    `server = "${url}"\njoin_token = "${token}"\nname = "made"\npoll = 1\nretry = 1`,
    `[lock]\nkind = "etcd"\nendpoints = ${JSON.stringify(etcd.endpoints)}`,
    '[health]\nsettle = 0.5\nsteady = 0.2\ntimeout = 5',
  ].join('\n');
}
