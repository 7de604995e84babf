import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openEtcdLock } from '../../agent/lock/etcd.ts';
import type { Hold, LockPort, LockSelf } from '../../agent/ports/lock.ts';
import { addLock } from '../../cli/lock.ts';
import { createProgram } from '../../system/command/command.ts';
import { type EtcdOptions, openEtcd } from '../../system/etcd/etcd.ts';
import { type EtcdCluster, startEtcd } from '../support/etcd.ts';

const rootHash = 'a'.repeat(64);
const before: LockSelf = { boot: 'b1', boots: ['b1'], seen: {} };
const after: LockSelf = { boot: 'b2', boots: ['b1', 'b2'], seen: {} };
let groups = 0;

const attempt = (endpoints: string[]): Hold => ({
  ...{ kind: 'etcd', endpoints, group: `g${groups++}`, host: 'h1', clusterId: '', boot: 'b1' },
  nonce: '1'.repeat(32),
});
const lockAt = (endpoints: string[], options: Partial<EtcdOptions> = {}) =>
  openEtcdLock({ endpoints, ...options }, () => new Date());

/** A place is taken, confirmed and given back after a boot, as a host's update does it. */
async function update(lock: Omit<LockPort, 'place'>, hold: Hold): Promise<void> {
  const taken = await lock.acquire(hold, rootHash, before);
  if (taken.kind !== 'held') throw new Error(JSON.stringify(taken));
  expect((await lock.acquire({ ...taken.hold, nonce: '2'.repeat(32) }, rootHash, before)).kind).toBe('held');
  expect((await lock.release(taken.hold, rootHash, after, { ok: true })).kind).toBe('released');
}

/** `interlock lock status`: what it prints. */
async function status(endpoints: string[]): Promise<string> {
  const program = createProgram('interlock', '');
  addLock(program);
  let text = '';
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  try {
    const words = ['lock', 'status', '--group', 'web', '--etcd', endpoints.join(',')];
    await program.parseAsync(words, { from: 'user' });
  } finally {
    out.mockRestore();
  }
  return text;
}

async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  const start = performance.now();
  const done = await work;
  expect(performance.now() - start).toBeLessThan(seconds * 1000);
  return done;
}

describe('three members', () => {
  let cluster: EtcdCluster;
  beforeAll(async () => {
    cluster = await startEtcd(3, ['--auth-token-ttl=300']);
  });
  afterAll(() => cluster?.stop());
  const urls = () => cluster.members.slice(0, 3).map(({ url }) => url);

  it.each([0, 1, 2])('of which number %i hangs', async (n) => {
    cluster.members[n]!.pause();
    try {
      // a new leader may have to be elected first
      await expect
        .poll(async () => status(urls()).catch(String), { timeout: 15_000 })
        .toContain('0 of 1 places');
      const text = await within(4, status(urls()));
      expect(text).toContain(`${new URL(urls()[n]!).host}: no answer in 1000 ms`);
      await within(6, update(lockAt(urls()), attempt(urls())));
    } finally {
      cluster.members[n]!.resume();
    }
  });

  it('of which one hangs between the read and the swap', async () => {
    const [first] = cluster.members;
    const options = { endpoints: urls(), timeoutMs: 3000 };
    const lock = openEtcdLock(
      options,
      () => new Date(),
      (wanted) => {
        const etcd = openEtcd(wanted);
        return {
          ...etcd,
          async swap(...swap) {
            first!.pause();
            return etcd.swap(...swap);
          },
        };
      },
    );
    try {
      const hold = attempt(urls());
      await expect
        .poll(async () => (await lock.acquire(hold, rootHash, before)).kind, { timeout: 20_000 })
        .toBe('held');
    } finally {
      first!.resume();
    }
  });

  it('of which one is gone, beside a learner and a member of another cluster', async () => {
    const learner = await cluster.addLearner();
    const other = await startEtcd(1);
    await cluster.members[0]!.kill();
    try {
      const endpoints = [other.endpoints[0]!, learner.url, ...urls()];
      await expect
        .poll(async () => status(endpoints).catch(String), { timeout: 15_000 })
        .toContain('0 of 1 places');
      expect(await status(endpoints)).toMatch(
        /belongs to etcd cluster|not supported for learner|ECONNREFUSED/,
      );
      await update(lockAt(endpoints), attempt(endpoints));
      const strange = openEtcd({ endpoints: other.endpoints });
      expect((await strange.read(`/interlock/groups/g${groups - 1}/lock`)).found).toBeNull();
      strange.close();
    } finally {
      await other.stop();
      await learner.kill();
      cluster.members[0]!.restart();
    }
  });

  it('that want a user, and of which one hangs or forgets tokens', async () => {
    const login = { username: 'root', password: 'secret' };
    const etcd = openEtcd({ endpoints: urls().slice(1, 2) });
    await etcd.call('auth/user/add', { name: 'root', password: 'secret' });
    await etcd.call('auth/role/add', { name: 'root' });
    await etcd.call('auth/user/grant', { user: 'root', role: 'root' });
    await etcd.call('auth/enable', {});
    etcd.close();
    await sleep(500);
    const lock = lockAt(urls(), login);
    await update(lock, attempt(urls()));
    await cluster.members[0]!.kill();
    cluster.members[0]!.restart();
    cluster.members[1]!.pause();
    try {
      await expect
        .poll(async () => await lock.acquire(attempt(urls()), rootHash, before).catch(String), {
          timeout: 20_000,
        })
        .toMatchObject({ kind: 'held' });
    } finally {
      cluster.members[1]!.resume();
    }
  });
});

it('an etcd that is full says so by name, and goes on when it has room again', async () => {
  const cluster = await startEtcd(1, ['--quota-backend-bytes=120000']);
  const etcd = openEtcd({ endpoints: cluster.endpoints });
  try {
    const value = Buffer.alloc(20_000, 'x').toString('base64');
    const fill = async () => etcd.call('kv/put', { key: btoa('fill'), value });
    await expect
      .poll(
        () =>
          fill().then(
            () => 'room',
            ({ code }) => code,
          ),
        { timeout: 15_000 },
      )
      .toBe('etcd_no_space');
    const lock = lockAt(cluster.endpoints);
    const hold = attempt(cluster.endpoints);
    expect(await lock.acquire(hold, rootHash, before)).toMatchObject({
      kind: 'unknown',
      problem: expect.stringContaining('NOSPACE'),
    });
    expect(await status(cluster.endpoints)).toContain('0 of 1 places');

    const { revision } = await etcd.read('fill');
    await etcd.call('kv/compaction', { revision, physical: true });
    await etcd.call('maintenance/defragment', {});
    const { alarms = [] } = (await etcd.call('maintenance/alarm', { action: 'GET' })) as {
      alarms?: object[];
    };
    for (const alarm of alarms) await etcd.call('maintenance/alarm', { action: 'DEACTIVATE', ...alarm });
    expect((await lock.acquire(hold, rootHash, before)).kind).toBe('held');
  } finally {
    etcd.close();
    await cluster.stop();
  }
});
