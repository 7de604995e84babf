import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEtcdLock } from '../../../agent/lock/etcd.ts';
import type { Hold, LockSelf } from '../../../agent/ports/lock.ts';
import { type LockValue, lockKey } from '../../../protocol/lock/lock-value.ts';
import { acquire, emptyLock } from '../../../protocol/lock/semaphore.ts';
import { FakeCluster, FakeMember, type Sickness } from '../../support/fake-etcd.ts';

const rootHash = 'a'.repeat(64);
const self: LockSelf = { boot: 'b1', boots: ['b1'], seen: {} };
const nonce = '1'.repeat(32);
const timeoutMs = 1800;
const key = btoa(lockKey('web'));

let cluster: FakeCluster;
let members: FakeMember[];
beforeEach(async () => {
  cluster = new FakeCluster();
  members = await Promise.all([cluster, cluster, cluster].map((one) => FakeMember.start(one)));
});
afterEach(() => Promise.all(members.map((member) => member.stop())));

const urls = () => members.map(({ url }) => url);
const attempt = (more: Partial<Hold> = {}): Hold => ({
  ...{ kind: 'etcd', endpoints: urls(), group: 'web', host: 'h1', clusterId: '', boot: 'b1', nonce },
  ...more,
});
const open = (more = {}) => openEtcdLock({ endpoints: urls(), timeoutMs, ...more }, () => new Date());
const value = (): LockValue => JSON.parse(atob(cluster.kvs.get(key)!.value));
const put = (next: LockValue) => cluster.put(key, btoa(JSON.stringify(next)));

/** The group's only place is somebody else's. */
function fill(): void {
  const since = '2026-01-01T00:00:00Z';
  const changed = acquire(emptyLock(), { host: 'h2', boot: 'b', nonce, since, release: rootHash }, ['b']);
  if ('value' in changed) put(changed.value);
}

const learner = { status: 503, message: 'etcdserver: rpc not supported for learner', code: 14 };
const noLeader = { status: 503, message: 'etcdserver: no leader', code: 14 };
const sick: [string, Sickness][] = [
  ['hangs', 'deaf'],
  ['takes the call and cuts it', 'torn'],
  ['is a learner', learner],
  ['has no leader', noLeader],
  ['fails', { status: 500, message: 'context deadline exceeded', code: 2 }],
  ['is a page', 'page'],
  ['is no etcd', 'headless'],
  ['never ends its answer', 'endless'],
];

describe('one endpoint of three', () => {
  it.each(sick)('that %s stops nobody, wherever it stands', async (_, sickness) => {
    for (const at of [0, 1, 2]) {
      for (const member of members) member.sickness = 'well';
      members[at]!.sickness = sickness;
      const lock = open();
      const start = Date.now();
      const answer = await lock.acquire(attempt(), rootHash, self);
      expect(answer.kind).toBe('held');
      expect(Date.now() - start).toBeLessThan(timeoutMs);
    }
  });

  it('that is gone, speaks no TLS or is listed twice stops nobody either', async () => {
    const noTls = members[0]!.url.replace('http:', 'https:');
    const endpoints = ['http://127.0.0.1:9', noTls, ...urls(), members[0]!.url];
    expect((await open().acquire(attempt({ endpoints }), rootHash, self)).kind).toBe('held');
  });

  it('is waited for once in a process, and asked last from then on', async () => {
    members[0]!.sickness = 'deaf';
    const lock = open();
    await lock.acquire(attempt(), rootHash, self);
    const before = members[0]!.asked.length;
    await lock.acquire(attempt(), rootHash, self);
    await lock.cancel(attempt(), self);
    expect(members[0]!.asked.length).toBe(before);
  });

  it('is enough when it is the only one that answers, however slowly', async () => {
    members[0]!.sickness = 'deaf';
    members[1]!.sickness = noLeader;
    members[2]!.sickness = 'slow';
    expect((await open().acquire(attempt(), rootHash, self)).kind).toBe('held');
  });

  it('that none answers is "unreachable" while nothing was sent, with every endpoint’s words', async () => {
    for (const member of members) member.sickness = 'torn';
    members[1]!.sickness = 'deaf';
    const answer = await open().acquire(attempt(), rootHash, self);
    expect(answer).toMatchObject({ kind: 'wait', reason: 'unreachable' });
    for (const url of urls()) expect(JSON.stringify(answer)).toContain(url.slice('http://'.length));
  });
});

describe('a swap of unknown outcome', () => {
  it.each<[string, Sickness | 'late']>([
    ['was applied and nobody said so', 'mute'],
    ['was applied by a member that says it failed', 'late'],
    ['was never seen by etcd', 'deaf'],
    ['was answered by a proxy', { status: 502, message: 'bad gateway', code: 0 }],
  ])('that %s is settled by the next one, at another endpoint', async (_, sickness) => {
    members[0]!.swapSickness = sickness;
    const answer = await open({ timeoutMs: 300 }).acquire(attempt(), rootHash, self);
    expect(answer.kind).toBe('held');
    expect(value().holders).toHaveLength(1);
    expect(cluster.late.map((arrive) => arrive())).not.toContain(true);
  });

  it('cannot land after a refusal: a read that does not show it proves nothing', async () => {
    members[0]!.swapSickness = 'late';
    const lock = open({ timeoutMs: 300 });
    const acquiring = lock.acquire(attempt(), rootHash, self);
    while (cluster.late.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    fill();
    const before = cluster.revision;
    expect(await acquiring).toMatchObject({ kind: 'wait', reason: 'full' });
    expect(cluster.revision).toBe(before + 1);
    expect(cluster.late.map((arrive) => arrive())).toEqual([false]);
  });

  it.each<[string, Sickness]>([
    ['nobody answers any more', 'torn'],
    ['only pages answer', 'page'],
    ['the others refuse', { status: 403, message: 'etcdserver: permission denied', code: 7 }],
  ])('stays unknown when then %s', async (_, sickness) => {
    members[0]!.swapSickness = 'late';
    const acquiring = open({ timeoutMs: 300 }).acquire(attempt(), rootHash, self);
    while (cluster.late.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const member of members) member.sickness = sickness;
    expect((await acquiring).kind).toBe('unknown');
  });

  it('at every endpoint stays unknown, and is given back by a write', async () => {
    for (const member of members) member.swapSickness = 'mute';
    const lock = open({ timeoutMs: 300 });
    expect((await lock.acquire(attempt(), rootHash, self)).kind).toBe('unknown');
    for (const member of members) member.swapSickness = undefined;
    expect((await lock.cancel(attempt(), self)).kind).toBe('released');
    expect(value().holders).toEqual([]);
  });

  it('because etcd is full is said by name', async () => {
    const full = { status: 429, message: 'etcdserver: mvcc: database space exceeded', code: 8 };
    for (const member of members) member.swapSickness = full;
    const answer = await open().acquire(attempt(), rootHash, self);
    expect(answer.kind).toBe('unknown');
    expect(JSON.stringify(answer)).toContain('NOSPACE');
  });
});

it('a place of another machine with this host’s id is left by a write, so that nothing old can land', async () => {
  const since = '2026-01-01T00:00:00Z';
  const changed = acquire(emptyLock(), { host: 'h1', boot: 'twin', nonce, since, release: rootHash }, [
    'twin',
  ]);
  if ('value' in changed) put(changed.value);
  const before = cluster.revision;
  expect((await open().cancel(attempt(), self)).kind).toBe('released');
  expect(cluster.revision).toBe(before + 1);
  expect(value().holders).toMatchObject([{ boot: 'twin' }]);
});

describe('an endpoint of another cluster', () => {
  let other: FakeMember;
  const stranger = new FakeCluster('999');
  const id = BigInt('1234').toString(16);
  beforeEach(async () => {
    stranger.kvs.clear();
    other = await FakeMember.start(stranger);
    members.push(other);
  });

  it.each([0, 1, 3])('is left out at place %i of the list', async (at) => {
    const endpoints = urls().slice(0, 3);
    endpoints.splice(at, 0, other.url);
    for (const hold of [attempt({ endpoints }), attempt({ endpoints, clusterId: id })]) {
      const lock = open();
      const answer = await lock.acquire(hold, rootHash, self);
      expect(answer).toMatchObject({ kind: 'held', hold: { clusterId: id } });
    }
    expect(stranger.kvs.size).toBe(0);
  });

  it('never gets a swap when the right one dies in between', async () => {
    const endpoints = [members[0]!.url, other.url];
    members[0]!.swapSickness = 'gone';
    const lock = open({ timeoutMs: 300 });
    await lock.acquire(attempt({ endpoints, clusterId: id }), rootHash, self).catch(() => {});
    expect(stranger.kvs.size).toBe(0);
  });

  it('is refused by name when it alone answers, or when nobody can say which is right', async () => {
    const endpoints = [members[0]!.url, other.url];
    const name = new RegExp(other.url.slice('http://'.length));
    const hold = attempt({ endpoints, clusterId: id });
    members[0]!.sickness = 'deaf';
    await expect(open({ endpoints }).cancel(hold, self)).rejects.toMatchObject({
      code: 'etcd_other',
      message: name,
    });
    const known = { ...self, seen: { [id]: '1' } };
    const fresh = () => open().acquire(attempt({ endpoints }), rootHash, known);
    await expect(fresh()).rejects.toMatchObject({ code: 'etcd_other', message: name });
    members[0]!.sickness = 'well';
    expect((await fresh()).kind).toBe('held');
    await expect(open().acquire(attempt({ endpoints }), rootHash, self)).rejects.toMatchObject({
      code: 'etcd_other',
    });
  });

  it('is believed when everybody moved there', async () => {
    const second = await FakeMember.start(stranger);
    members.push(second);
    const endpoints = [other.url, second.url];
    const known = { ...self, seen: { [id]: '1' } };
    expect((await open().acquire(attempt({ endpoints }), rootHash, known)).kind).toBe('held');
  });
});

describe('users', () => {
  const login = { username: 'interlock', password: 'secret' };
  beforeEach(() => {
    for (const member of members) member.tokens = new Set();
  });

  it('are authenticated at the endpoint that is asked, and again when it forgot them', async () => {
    const lock = open(login);
    expect((await lock.acquire(attempt(), rootHash, self)).kind).toBe('held');
    for (const member of members) member.tokens = new Set();
    expect((await lock.acquire(attempt(), rootHash, self)).kind).toBe('held');
  });

  it.each<[string, Sickness]>([
    ['hangs', 'deaf'],
    ['is a learner', learner],
  ])('are authenticated elsewhere when the first endpoint %s', async (_, sickness) => {
    members[0]!.sickness = sickness;
    expect((await open(login).acquire(attempt(), rootHash, self)).kind).toBe('held');
  });
});
