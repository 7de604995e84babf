import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEtcdLock } from '../../../agent/lock/etcd.ts';
import type { Hold, LockSelf } from '../../../agent/ports/lock.ts';
import { lockKey } from '../../../protocol/lock/lock-value.ts';
import { clearFailed, emptyLock, setSlots } from '../../../protocol/lock/semaphore.ts';
import { comparesOf, openEtcd } from '../../../system/etcd/etcd.ts';
import { readLock } from '../../../system/lock/read-lock.ts';
import { swapLock } from '../../../system/lock/swap-lock.ts';
import { type EtcdCluster, startEtcd } from '../../support/etcd.ts';

const rootHash = 'a'.repeat(64);
let cluster: EtcdCluster;
let groups = 0;
let nonces = 0;
const nonce = () => (nonces++).toString(16).padStart(32, '0');

beforeAll(async () => {
  cluster = await startEtcd();
});
afterAll(() => cluster?.stop());

const lockAt = (endpoints: string[], timeoutMs?: number) =>
  openEtcdLock({ endpoints, ...(timeoutMs ? { timeoutMs } : {}) }, () => new Date());
const attempt = (
  host: string,
  group: string,
  endpoints = cluster.endpoints,
  boot = `${host}-boot-1`,
): Hold => ({
  kind: 'etcd',
  endpoints,
  group,
  host,
  clusterId: '',
  boot,
  nonce: nonce(),
});
const self = (host: string, ...boots: string[]): LockSelf => {
  const all = [`${host}-boot-1`, ...boots];
  return { boot: all.at(-1)!, boots: all, seen: {} };
};
const group = () => `g${groups++}`;
async function lockOf(name: string) {
  const etcd = openEtcd({ endpoints: cluster.endpoints });
  try {
    return await readLock(etcd, name);
  } finally {
    etcd.close();
  }
}

describe('a place in real etcd', () => {
  it('is created, refused to others, confirmed, and given back with a verdict', async () => {
    const name = group();
    const lock = lockAt(cluster.endpoints);
    const first = await lock.acquire(attempt('h1', name), rootHash, self('h1'));
    if (first.kind !== 'held') throw new Error(JSON.stringify(first));
    expect(first.hold.clusterId).toMatch(/^[0-9a-f]{8,16}$/);
    const refused = await lock.acquire(attempt('h2', name), rootHash, self('h2'));
    expect(refused).toMatchObject({ kind: 'wait', reason: 'full', holders: [{ host: 'h1' }] });

    const again = { ...first.hold, nonce: nonce() };
    const confirmed = await lock.acquire(again, rootHash, self('h1'));
    expect(confirmed.kind).toBe('held');
    expect((await lockOf(name)).holders[0]?.nonce).toBe(again.nonce);

    await expect(lock.release(first.hold, rootHash, self('h1'), { ok: true })).rejects.toThrow(/new boot/);
    const released = await lock.release(first.hold, rootHash, self('h1', 'h1-boot-2'), { ok: true });
    expect(released.kind).toBe('released');
    expect(await lockOf(name)).toMatchObject({ holders: [], releases: { [rootHash]: { ok: 1 } } });
  });

  it('brakes after a failure until cleared, and cancels under the same boot', async () => {
    const name = group();
    const lock = lockAt(cluster.endpoints);
    const hold = attempt('h1', name);
    await lock.acquire(hold, rootHash, self('h1'));
    await lock.release(hold, rootHash, self('h1', 'h1-boot-2'), { ok: false, reason: 'no network' });
    expect(await lock.acquire(attempt('h2', name), rootHash, self('h2'))).toMatchObject({
      reason: 'failure_stop',
    });
    const etcd = openEtcd({ endpoints: cluster.endpoints });
    await swapLock(etcd, name, (value) => ({ value: clearFailed(value) }));
    etcd.close();
    expect((await lock.acquire(attempt('h2', name), rootHash, self('h2'))).kind).toBe('held');
    expect((await lock.cancel(attempt('h2', name), self('h2'))).kind).toBe('released');
    expect((await lockOf(name)).holders).toEqual([]);
  });

  it('cancelling nothing still fences an acquire that is on its way', async () => {
    const name = group();
    const etcd = openEtcd({ endpoints: cluster.endpoints });
    const { found } = await etcd.read(lockKey(name));
    await lockAt(cluster.endpoints).cancel(attempt('h1', name), self('h1'));
    expect((await etcd.swap(lockKey(name), found, JSON.stringify(emptyLock()))).won).toBe(false);
    etcd.close();
  });

  it('refuses an etcd that went back in time or is another one', async () => {
    const name = group();
    const lock = lockAt(cluster.endpoints);
    const first = await lock.acquire(attempt('h1', name), rootHash, self('h1'));
    if (first.kind !== 'held') throw new Error('no hold');
    const seen = { [first.hold.clusterId]: '999999999' };
    expect(
      await lock.acquire({ ...first.hold, nonce: nonce() }, rootHash, { ...self('h1'), seen }),
    ).toMatchObject({
      kind: 'wait',
      reason: 'rewound',
    });
    const elsewhere = { ...first.hold, clusterId: 'beef' };
    await expect(lock.cancel(elsewhere, self('h1'))).rejects.toMatchObject({ code: 'etcd_other' });
  });

  it('leaves a value it cannot read alone', async () => {
    const name = group();
    const etcd = openEtcd({ endpoints: cluster.endpoints });
    await etcd.swap(lockKey(name), null, 'not ours');
    await expect(
      lockAt(cluster.endpoints).acquire(attempt('h1', name), rootHash, self('h1')),
    ).rejects.toMatchObject({
      code: 'lock_damaged',
    });
    expect((await etcd.read(lockKey(name))).found?.text).toBe('not ours');
    etcd.close();
  });

  it('never lets more than N in, with 8 hosts in a hurry', async () => {
    const name = group();
    const slots = 2;
    const etcd = openEtcd({ endpoints: cluster.endpoints });
    await swapLock(etcd, name, (value) => ({ value: setSlots(value, slots) }));
    etcd.close();
    let inside = 0;
    let most = 0;
    const host = async (id: number) => {
      const lock = lockAt(cluster.endpoints);
      for (let round = 0; round < 4; ) {
        const boot = `h${id}-boot-${round}`;
        const hold = attempt(`h${id}`, name, cluster.endpoints, boot);
        const answer = await lock.acquire(hold, rootHash, { boot, boots: [boot], seen: {} });
        if (answer.kind !== 'held') {
          await sleep(5);
          continue;
        }
        most = Math.max(most, ++inside);
        await sleep(20);
        inside--;
        const next = `h${id}-boot-${++round}`;
        await lock.release(
          answer.hold,
          rootHash,
          { boot: next, boots: [boot, next], seen: {} },
          { ok: true },
        );
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, id) => host(id)));
    expect(most).toBe(slots);
    expect(await lockOf(name)).toMatchObject({ holders: [], releases: { [rootHash]: { ok: 32 } } });
  });
});

describe('a network that fails', () => {
  it('goes to the next endpoint when the request surely was not sent', async () => {
    const endpoints = ['http://127.0.0.1:9', ...cluster.endpoints];
    const answer = await lockAt(endpoints).acquire(attempt('h1', group(), endpoints), rootHash, self('h1'));
    expect(answer.kind).toBe('held');
  });

  it('says unreachable, not unknown, when no endpoint took the request', async () => {
    const endpoints = ['http://127.0.0.1:9'];
    const answer = await lockAt(endpoints).acquire(attempt('h1', group(), endpoints), rootHash, self('h1'));
    expect(answer).toMatchObject({ kind: 'wait', reason: 'unreachable' });
  });
});

it('compares the revision and the value itself, and never nothing', () => {
  const key = Buffer.from('k').toString('base64');
  expect(comparesOf('k', null)).toEqual([{ target: 'CREATE', result: 'EQUAL', key, create_revision: '0' }]);
  expect(comparesOf('k', { text: 'v', revision: '12' })).toEqual([
    { target: 'MOD', result: 'EQUAL', key, mod_revision: '12' },
    { target: 'VALUE', result: 'EQUAL', key, value: Buffer.from('v').toString('base64') },
  ]);
});
