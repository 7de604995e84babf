import { afterAll, beforeAll, expect, it } from 'vitest';
import { openEtcdLock } from '../../../agent/lock/etcd.ts';
import { openLock } from '../../../agent/lock/open-lock.ts';
import type { Hold, Place } from '../../../agent/ports/lock.ts';
import { type EtcdCluster, startEtcd } from '../../support/etcd.ts';

const rootHash = 'a'.repeat(64);
let cluster: EtcdCluster;
beforeAll(async () => {
  cluster = await startEtcd();
});
afterAll(() => cluster?.stop());

const lock = () => openEtcdLock({ endpoints: cluster.endpoints }, () => new Date());
const placeIn = (group: string, host = 'h1'): Place => ({
  kind: 'etcd',
  endpoints: cluster.endpoints,
  group,
  host,
});

async function take(group: string, host: string): Promise<void> {
  const attempt: Hold = { ...placeIn(group, host), clusterId: '', boot: `${host}-1`, nonce: '0'.repeat(32) };
  const self = { boot: attempt.boot, boots: [attempt.boot], seen: {} };
  expect((await lock().acquire(attempt, rootHash, self)).kind).toBe('held');
}

it('is the place under this host’s own id, and nobody else’s', async () => {
  expect(await lock().standing(placeIn('alone'))).toBeNull();
  await take('alone', 'h2');
  expect(await lock().standing(placeIn('alone'))).toBeNull();
  expect(await lock().standing(placeIn('alone', 'h2'))).toMatchObject({ group: 'alone', boot: 'h2-1' });
});

it('is found in the group that the host was in when it lost its memory', async () => {
  await take('before', 'h1');
  expect(await lock().standing(placeIn('today'))).toMatchObject({ group: 'before', host: 'h1' });
});

it('is not known while etcd is away, and none where no lock is asked', async () => {
  const away = { ...placeIn('alone'), endpoints: ['http://127.0.0.1:1'] };
  await expect(lock().standing(away)).rejects.toMatchObject({ code: 'unreachable' });
  const none = openLock(
    () => null,
    async () => ({ endpoints: [] }),
    () => new Date(),
  );
  expect(await none.standing({ ...away, kind: 'none' })).toBeNull();
});

it('that this host never took is refused with the whole way out', async () => {
  await take('cloned', 'h3');
  const attempt: Hold = {
    ...placeIn('cloned', 'h3'),
    clusterId: '',
    boot: 'other',
    nonce: '1'.repeat(32),
  };
  const answer = await lock().acquire(attempt, rootHash, { boot: 'other', boots: ['other'], seen: {} });
  const way = `interlock lock release h3 --yes --group cloned --etcd ${cluster.endpoints.join(',')}`;
  expect(answer).toMatchObject({ reason: 'foreign_hold', problem: expect.stringContaining(way) });
});
