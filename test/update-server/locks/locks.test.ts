import { afterAll, beforeAll, expect, it } from 'vitest';
import { acquire } from '../../../protocol/lock/semaphore.ts';
import { auditSentence } from '../../../protocol/text/audit-words.ts';
import { openEtcd } from '../../../system/etcd/etcd.ts';
import { swapLock } from '../../../system/lock/swap-lock.ts';
import { openLocks } from '../../../update-server/locks/locks.ts';
import { type EtcdCluster, startEtcd } from '../../support/etcd.ts';
import { enrolHost } from '../support/enrol.ts';
import { makeApp, type TestApp } from '../support/make-app.ts';

let cluster: EtcdCluster;
let desk: TestApp;
const release = 'a'.repeat(64);
const holder = (host: string) => ({
  ...{ host, boot: 'b1', nonce: '1'.repeat(32), since: '2026-01-01T00:00:00Z', release },
});

beforeAll(async () => {
  cluster = await startEtcd();
  const etcd = openEtcd({ endpoints: cluster.endpoints });
  desk = await makeApp({ locks: openLocks(etcd, []) });
  await enrolHost(desk.store, 'host-0001', desk.clock.now.toISOString(), { hostname: 'web-1' });
  for (const group of ['web', 'db']) {
    await swapLock(etcd, group, (value) => acquire({ ...value, slots: 2 }, holder('host-0001'), ['b1']));
  }
  await swapLock(etcd, 'web', (value) => acquire(value, holder('stranger'), ['b1']));
  await swapLock(etcd, 'db', (value) => ({
    value: { ...value, releases: { [release]: { ok: 1, failed: { h2: 'panic' } } } },
  }));
});
afterAll(async () => {
  await desk?.close();
  await cluster?.stop();
});

it('shows every group’s holders by name, and what fails', async () => {
  const { body } = await desk.get('/v1/locks');
  expect(body.configured).toBe(true);
  const [db, web] = body.groups;
  expect(web).toMatchObject({
    group: 'web',
    slots: 2,
    holders: [
      { host: 'host-0001', hostname: 'web-1', since: '2026-01-01T00:00:00Z' },
      { host: 'stranger', hostname: null },
    ],
  });
  expect(db.releases).toEqual([
    { rootHash: release, ok: 1, failed: [{ host: 'h2', reason: 'panic' }], stopped: true },
  ]);
});

it('takes a place away once, and writes down who did', async () => {
  const taken = await desk.post('/v1/locks/web/release', { host: 'stranger' });
  expect(taken.body.groups[1].holders).toHaveLength(1);
  expect((await desk.post('/v1/locks/web/release', { host: 'stranger' })).body.kind).toBe('not_found');
  const { lines } = (await desk.get('/v1/audit?limit=1')).body;
  expect(lines).toMatchObject([
    {
      action: 'force out of the lock',
      subject: 'lock web',
      detail: 'host stranger',
      before: { holders: ['host-0001', 'stranger'] },
      after: { holders: ['host-0001'] },
    },
  ]);
});

it('sets places and ends a failure stop, each with its reason', async () => {
  const set = await desk.post('/v1/locks/web/slots', { slots: 3, reason: 'night shift' });
  expect(set.body.groups[1]).toMatchObject({ group: 'web', slots: 3 });
  const cleared = await desk.post('/v1/locks/db/clear-failed', { rootHash: release, reason: 'new disk' });
  expect(cleared.body.groups[0].releases).toEqual([{ rootHash: release, ok: 1, failed: [], stopped: false }]);
  const { lines } = (await desk.get('/v1/audit?limit=2')).body;
  expect(lines.map(auditSentence)).toEqual([
    'operator cleared failures in the lock of group db: hosts that aaaaaaaaaaaa failed on 1 → none; new disk',
    'operator set the places of the lock of group web: places 2 → 3; night shift',
  ]);
  const { status } = await desk.post('/v1/locks/web/slots', { slots: 1 }, 'viewer');
  expect(status).toBe(403);
});

it('without an etcd there is nothing to show', async () => {
  const bare = await makeApp();
  expect((await bare.get('/v1/locks')).body).toEqual({ configured: false, more: false, groups: [] });
  expect((await bare.post('/v1/locks/web/release', { host: 'h' })).status).toBe(404);
  await bare.close();
});
