import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostDetail, HostSummary } from '../../protocol/api/operator.ts';
import type { LockValue } from '../../protocol/lock/lock-value.ts';
import { openEtcd } from '../../system/etcd/etcd.ts';
import { readLock } from '../../system/lock/read-lock.ts';
import { run } from '../../system/process/run.ts';
import { startEtcd } from '../support/etcd.ts';
import { adminToken, startServer } from '../update-server/support/start-server.ts';
import { interlock } from './build-images.ts';

/** What lies outside the machines: an update server and an etcd on this host's loopback. */
export interface Outside {
  /** A copy of the keys: publishing signs new versions of their metadata. */
  keys: string;
  /** Runs `interlock …` as the operator. */
  operate(...args: string[]): Promise<string>;
  /** The agent's configuration for a machine on QEMU's user network. */
  config(options?: ConfigOptions): string;
  /** The lock of the default group. */
  lock(): Promise<LockValue>;
  /** What the server knows of the one machine that enrolled. */
  host(): Promise<HostDetail>;
}

export interface ConfigOptions {
  /** Seconds to become healthy. */
  settle?: number;
  /** Another etcd than this host's, and the member of it that runs on the machine. */
  lock?: { endpoints: readonly string[]; member?: string };
}

/** QEMU's user network shows this host's loopback at this address. */
const hostInGuest = '10.0.2.2';

/** Runs an update server and a one-member etcd while a journey lasts. */
export async function withServer(builtKeys: string, use: (outside: Outside) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-server-'));
  const [data, keys] = [join(folder, 'data'), join(folder, 'keys')];
  await cp(builtKeys, keys, { recursive: true });
  const etcd = await startEtcd();
  try {
    const server = await startServer(data, '--online-keys', join(keys, 'online'));
    const env = { ...process.env, INTERLOCK_SERVER: server.url, INTERLOCK_TOKEN: adminToken(server) };
    try {
      const operate = (...args: string[]) => run(process.execPath, [interlock, ...args], { env });
      const { token } = JSON.parse(
        await operate('token', 'create', '--role', 'join', '--data', data, '--json'),
      ) as { token: string };
      const own = { endpoints: etcd.endpoints.map(inGuest) };
      const config = ({ settle = 60, lock = own }: ConfigOptions = {}) =>
        fragment(inGuest(server.url), token, lock, settle);
      const host = async () => {
        const [only] = JSON.parse(await operate('host', 'list', '--json')) as HostSummary[];
        return JSON.parse(await operate('host', 'show', only!.id, '--json')) as HostDetail;
      };
      await use({ keys, operate, config, lock: () => readDefaultLock(etcd.endpoints), host });
    } finally {
      await server.end();
    }
  } finally {
    await etcd.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function readDefaultLock(endpoints: string[]): Promise<LockValue> {
  const client = openEtcd({ endpoints });
  try {
    return await readLock(client, 'default');
  } finally {
    client.close();
  }
}

function inGuest(url: string): string {
  return url.replace('127.0.0.1', hostInGuest);
}

function fragment(
  server: string,
  token: string,
  { endpoints, member }: { endpoints: readonly string[]; member?: string },
  settle: number,
): string {
  return [
    `server = "${server}"`,
    `join_token = "${token}"`,
    'poll = 5',
    'retry = 2',
    '[lock]',
    'kind = "etcd"',
    `endpoints = ${JSON.stringify(endpoints)}`,
    ...(member ? [`member = "${member}"`] : []),
    '[health]',
    `settle = ${settle}`,
    'steady = 2',
    'timeout = 30',
    '',
  ].join('\n');
}
