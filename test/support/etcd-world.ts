import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { readKnownSettings } from '../../agent/config/known-settings.ts';
import { pathsOf } from '../../agent/config/paths.ts';
import type { EtcdSettings } from '../../agent/config/settings.ts';
import type { HostEtcd } from '../../agent/etcd/host-etcd.ts';
import { openWaiting } from '../../agent/etcd/patience.ts';
import { prepareEtcd } from '../../agent/etcd/prepare.ts';
import { openManager } from '../../agent/user-data/apply/manager.ts';
import { runStage } from '../../agent/user-data/run-stage.ts';
import { memberEnvironmentFile } from '../../protocol/etcd/host-files.ts';
import {
  adminToken,
  interlock,
  type ServerProcess,
  startServer,
} from '../update-server/support/start-server.ts';
import { etcdOf } from './discovery.ts';
import { end } from './etcd.ts';

const home = join(import.meta.dirname, '../..');
const node = join(home, 'node_modules/.bin/node');

/** A host in a folder, on an address of its own on loopback. */
export interface FolderHost {
  name: string;
  root: string;
  address: string;
  /** Runs a verb of `interlock-agent` on it. */
  agent(...words: string[]): Promise<{ code: number; out: string; err: string }>;
  /** What `etcd prepare` does, in this process: that of the agent takes seconds to start. */
  prepare(): Promise<HostEtcd>;
  settings(): Promise<EtcdSettings>;
  /** Starts its etcd, as etcd.service does. */
  startEtcd(): void;
  stopEtcd(): Promise<void>;
  /** The disk is gone: nothing of the host is left. */
  lose(): Promise<void>;
}

/** An update server, a signer, and hosts that get one document of user-data. */
export interface EtcdWorld {
  folder: string;
  keys: string;
  server: ServerProcess;
  signerUrl: string;
  fingerprint: string;
  /** What the signer said, a line each. */
  said: string[];
  newDiscovery(size: number): Promise<string>;
  newSecret(...flags: string[]): Promise<string>;
  /** Makes a host and applies user-data to it. */
  addHost(name: string, userData: string): Promise<FolderHost>;
  stop(): Promise<void>;
}

/** Starts it with Debian's etcd of a release. */
export async function startEtcdWorld(release: 'bookworm' | 'trixie'): Promise<EtcdWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-etcd-world-'));
  const keys = join(folder, 'etcd-keys');
  const made = await interlock('keys', 'etcd', keys, '--json');
  if (made.code !== 0) throw new Error(made.err);
  const { fingerprint } = JSON.parse(made.out) as { fingerprint: string };
  const server = await startServer(join(folder, 'server'));
  const token = adminToken(server);
  const signer = await startSigner(keys);
  // a net of loopback for each world, so that hosts can have the usual ports
  const net = `127.${1 + (process.pid % 250)}.${1 + Math.floor(Math.random() * 250)}`;
  const hosts: FolderHost[] = [];
  let count = 0;
  return {
    ...{ folder, keys, server, fingerprint },
    signerUrl: signer.url,
    said: signer.said,
    async newDiscovery(size) {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${server.url}/new?size=${size}`, { headers })).text();
    },
    async newSecret(...flags) {
      const { out, err } = await interlock('etcd', 'join-secret', 'new', '--keys', keys, ...flags);
      if (!out) throw new Error(err);
      return out.trim();
    },
    async addHost(name, userData) {
      const former = hosts.find((host) => host.name === name);
      const address = former?.address ?? `${net}.${++count}`;
      const host = await makeHost(
        join(folder, `${name}-${hosts.length}`),
        name,
        address,
        userData,
        etcdOf(release),
      );
      hosts.push(host);
      return host;
    },
    async stop() {
      await Promise.all(hosts.map((host) => host.stopEtcd()));
      await Promise.all([...waiting].map(end));
      await end(signer.child);
      await server.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function makeHost(
  root: string,
  name: string,
  address: string,
  userData: string,
  program: string,
): Promise<FolderHost> {
  for (const path of ['etc/interlock/agent.d', 'proc', 'run', 'var/lib/etcd'])
    mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, 'proc/cmdline'), 'quiet\n');
  writeFileSync(join(root, 'etc/hostname'), `${name}\n`);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
  // folders share one machine, so each is told which address is its own
  writeFileSync(join(root, 'etc/interlock/agent.d/80-address.toml'), `[etcd]\naddress = "${address}"\n`);
  const found = {
    source: 'fw-cfg' as const,
    instanceId: 'i-1',
    userData: Buffer.from(userData),
    sshKeys: [],
    trusted: true,
  };
  const { record } = await runStage({
    root,
    stage: 'local',
    search: { found, misses: [], askNetwork: false },
    secureBoot: false,
    manager: openManager(root),
    now: new Date(),
  });
  if (record?.problems.length !== 0) throw new Error(JSON.stringify(record?.problems));
  const settings = async () => {
    const { settings: known, problem } = await readKnownSettings(pathsOf(root));
    if (problem) throw problem;
    return known.etcd!;
  };
  let child: ChildProcess | undefined;
  const log = join(root, 'etcd.log');
  const stopEtcd = async () => {
    if (child) await end(child);
    child = undefined;
  };
  return {
    ...{ name, root, address, stopEtcd, settings },
    async prepare() {
      const waiting = openWaiting(AbortSignal.timeout(60_000), () => {}, 100);
      return prepareEtcd({ root, settings: await settings(), waiting });
    },
    agent: (...words) => run(['agent/cli/main.ts', '--root', root, ...words]),
    startEtcd() {
      child = spawn('/bin/sh', ['-c', `exec "$0" 2>>${log}`, program], {
        env: { ...process.env, ...environmentOf(join(root, memberEnvironmentFile)) },
        stdio: 'ignore',
      });
    },
    async lose() {
      await stopEtcd();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A file as systemd reads it with `EnvironmentFile=`. */
export function environmentOf(file: string): Record<string, string> {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return Object.fromEntries(lines.map((line) => [line.split('=')[0]!, line.slice(line.indexOf('=') + 1)]));
}

async function startSigner(keys: string): Promise<{ url: string; child: ChildProcess; said: string[] }> {
  const args = [
    'cli/main.ts',
    'etcd',
    'signer',
    '--keys',
    keys,
    '--listen',
    '127.0.0.1:0',
    '--name',
    '127.0.0.1',
  ];
  const child = spawn(node, args, { cwd: home, stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      said.push(line);
      const [, address] = /^listening on (\S+)$/.exec(line) ?? [];
      if (address) resolve(address);
    });
    child.once('exit', (code) => reject(new Error(`the signer ended with ${code}`)));
  });
  return { url, child, said };
}

/** Verbs that wait; they end with this process. */
const waiting = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of waiting) child.kill('SIGKILL');
});

async function run(args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(node, args, { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
  waiting.add(child);
  child.once('exit', () => waiting.delete(child));
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)));
  return { code, out, err };
}

/** Asks again until it holds, at most half a minute; throws what was wrong last. */
export async function until(check: () => Promise<void>): Promise<void> {
  for (const start = Date.now(); ; await sleep(200)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() - start > 30_000) throw error;
    }
  }
}
