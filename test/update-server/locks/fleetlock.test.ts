import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fleetLockKey } from '../../../protocol/lock/fleet-lock.ts';
import { lockKey } from '../../../protocol/lock/lock-value.ts';
import { type Etcd, openEtcd } from '../../../system/etcd/etcd.ts';
import { readFleetLock, setFleetSlots } from '../../../system/lock/swap-fleet-lock.ts';
import { createToken } from '../../../update-server/auth/create-token.ts';
import { openFleetLocks } from '../../../update-server/locks/fleet-locks.ts';
import { openLocks } from '../../../update-server/locks/locks.ts';
import { type EtcdCluster, startEtcd } from '../../support/etcd.ts';
import { makeApp, type TestApp } from '../support/make-app.ts';
import { interlock } from '../support/start-server.ts';

let cluster: EtcdCluster;
let etcd: Etcd;
let server: TestApp;
let groups = 0;
let name = '';
beforeAll(async () => {
  cluster = await startEtcd();
  etcd = openEtcd({ endpoints: cluster.endpoints });
});
afterAll(async () => {
  etcd?.close();
  await cluster?.stop();
});
beforeEach(async () => {
  name = `g.${groups++}`;
  server = await makeApp({ fleetLocks: openFleetLocks(etcd, () => new Date()) }, { openFleetLock: true });
});
afterEach(() => server.close());

async function call(
  what: 'pre-reboot' | 'steady-state',
  id: string,
  { group = name, headers = {} }: { group?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; kind?: string }> {
  const answer = await server.app.inject({
    method: 'POST',
    url: `/v1/${what}`,
    headers: { 'fleet-lock-protocol': 'true', ...headers },
    payload: { client_params: { id, group } },
  });
  return { status: answer.statusCode, ...(answer.statusCode === 200 ? {} : { kind: answer.json().kind }) };
}

const holders = async () => (await readFleetLock(etcd, name)).holders.map(({ id }) => id).sort();

describe('the two calls', () => {
  it('take and give back, both as often as a client likes', async () => {
    await setFleetSlots(etcd, name, 1);
    for (const _ of [1, 2, 3]) expect(await call('pre-reboot', 'a')).toEqual({ status: 200 });
    expect(await holders()).toEqual(['a']);
    expect(await call('pre-reboot', 'b')).toEqual({ status: 409, kind: 'fleetlock_full' });
    for (const _ of [1, 2]) expect(await call('steady-state', 'b')).toEqual({ status: 200 });
    expect(await holders()).toEqual(['a']);
    for (const _ of [1, 2]) expect(await call('steady-state', 'a')).toEqual({ status: 200 });
    expect(await call('pre-reboot', 'b')).toEqual({ status: 200 });
    expect(await holders()).toEqual(['b']);
  });

  it('take what Zincati sends: JSON of no type, with a field that only it knows', async () => {
    await setFleetSlots(etcd, name, 1);
    const payload = `{\n  "client_params": {\n    "id": "c988d2509fdf4bc6", "group": "${name}", "future": 1\n  }\n}`;
    for (const type of [undefined, 'application/json', 'text/plain; charset=utf-8']) {
      const headers = { 'fleet-lock-protocol': 'true', ...(type ? { 'content-type': type } : {}) };
      const url = '/v1/pre-reboot';
      const answer = await server.app.inject({ method: 'POST', url, headers, payload });
      expect([type, answer.statusCode]).toEqual([type, 200]);
    }
    expect(await holders()).toEqual(['c988d2509fdf4bc6']);
    for (const wrong of ['', '{', '[]', '{"client_params":{}}', payload.repeat(100)]) {
      const headers = { 'fleet-lock-protocol': 'true' };
      const answer = await server.app.inject({
        method: 'POST',
        url: '/v1/pre-reboot',
        headers,
        payload: wrong,
      });
      expect([wrong.slice(0, 9), answer.statusCode, answer.json().kind]).toEqual([
        wrong.slice(0, 9),
        400,
        'bad_input',
      ]);
    }
  });

  it('write a new nonce with every take, also of the holder', async () => {
    await setFleetSlots(etcd, name, 1);
    const nonces = new Set<string | undefined>();
    for (const _ of [1, 2, 3]) {
      await call('pre-reboot', 'a');
      nonces.add((await readFleetLock(etcd, name)).holders[0]?.nonce);
    }
    expect(nonces.size).toBe(3);
  });

  it('refuse what the protocol does not allow, and groups without places', async () => {
    await setFleetSlots(etcd, name, 1);
    expect(await call('pre-reboot', 'a', { headers: { 'fleet-lock-protocol': 'no' } })).toEqual({
      status: 400,
      kind: 'bad_input',
    });
    expect(await call('pre-reboot', '')).toEqual({ status: 400, kind: 'bad_input' });
    for (const group of ['', 'a/b', 'a b', 'x'.repeat(65)]) {
      expect(await call('pre-reboot', 'a', { group })).toEqual({ status: 400, kind: 'bad_input' });
    }
    expect(await call('pre-reboot', 'a', { group: 'unknown' })).toEqual({
      status: 404,
      kind: 'fleetlock_group',
    });
    expect(await call('steady-state', 'a', { group: 'unknown' })).toEqual({
      status: 404,
      kind: 'fleetlock_group',
    });
    const get = await server.app.inject({ url: '/v1/pre-reboot' });
    expect(get.statusCode).toBe(404);
    expect(await holders()).toEqual([]);
  });

  it('touch no group of ours, whatever it is called', async () => {
    await setFleetSlots(etcd, 'web', 1);
    const before = (await etcd.read(lockKey('web'))).found;
    expect(await call('pre-reboot', 'a', { group: 'web' })).toEqual({ status: 200 });
    expect((await etcd.read(lockKey('web'))).found).toEqual(before);
    expect(fleetLockKey('web')).not.toBe(lockKey('web'));
    await call('steady-state', 'a', { group: 'web' });
  });

  it('leave a value that cannot be read alone', async () => {
    await etcd.swap(fleetLockKey(name), null, 'not ours');
    expect(await call('pre-reboot', 'a')).toEqual({ status: 409, kind: 'fleetlock_damaged' });
    expect((await etcd.read(fleetLockKey(name))).found?.text).toBe('not ours');
  });

  it('say so when the server knows no etcd', async () => {
    const bare = await makeApp({}, { openFleetLock: true });
    const answer = await bare.app.inject({
      method: 'POST',
      url: '/v1/pre-reboot',
      headers: { 'fleet-lock-protocol': 'true' },
      payload: { client_params: { id: 'a', group: name } },
    });
    expect([answer.statusCode, answer.json().kind]).toEqual([404, 'fleetlock_off']);
    await bare.close();
  });
});

describe('who may call', () => {
  it('asks for a token of the role, as bearer or as the password of the URL', async () => {
    await setFleetSlots(etcd, name, 1);
    const closed = await makeApp({ fleetLocks: openFleetLocks(etcd, () => new Date()) });
    const ask = async (authorization?: string) => {
      const headers = { 'fleet-lock-protocol': 'true', ...(authorization ? { authorization } : {}) };
      const payload = { client_params: { id: 'a', group: name } };
      const answer = await closed.app.inject({ method: 'POST', url: '/v1/pre-reboot', headers, payload });
      return answer.statusCode;
    };
    const basic = (secret: string) => `Basic ${btoa(`any:${secret}`)}`;
    expect(await ask()).toBe(401);
    expect(await ask(basic('wrong'))).toBe(401);
    expect(await ask('Basic %%%')).toBe(401);
    for (const role of ['viewer', 'publisher', 'operator', 'admin', 'join'] as const) {
      expect([role, await ask(basic(closed.tokens[role]))]).toEqual([role, 403]);
    }
    expect(await holders()).toEqual([]);
    expect(await ask(basic(closed.tokens.fleetlock))).toBe(200);
    expect(await ask(`Bearer ${closed.tokens.fleetlock}`)).toBe(200);
    const made = { role: 'fleetlock', name: '', who: 'test' } as const;
    const expires = new Date(closed.clock.now.getTime() + 1000).toISOString();
    const { token } = await createToken(closed.store, { ...made, now: closed.clock.now, expires });
    closed.clock.now = new Date(closed.clock.now.getTime() + 2000);
    expect(await ask(basic(token))).toBe(401);
    await closed.close();
  });
});

it('never lets more than N in, with clients that repeat, lose answers and unlock twice', async () => {
  const slots = 2;
  await setFleetSlots(etcd, name, slots);
  let inside = 0;
  let most = 0;
  let refused = 0;
  const client = async (n: number) => {
    const id = `host-${n}`;
    for (let round = 0; round < 4; round++) {
      for (;;) {
        // two at once, of which one answer is lost
        const lost = n % 2 === 0 ? call('pre-reboot', id) : undefined;
        const { status } = await call('pre-reboot', id);
        await lost;
        if (status === 200) break;
        refused++;
        await sleep(10 + 20 * Math.random());
      }
      most = Math.max(most, ++inside);
      // on a busy machine two must still meet
      for (const until = Date.now() + 5000; most < slots && Date.now() < until; ) await sleep(10);
      await sleep(20);
      inside--;
      await Promise.all([call('steady-state', id), call('steady-state', id)]);
      await call('steady-state', id);
    }
  };
  await Promise.all(Array.from({ length: 6 }, (_, n) => client(n)));
  expect(most).toBe(slots);
  expect(refused).toBeGreaterThan(0);
  expect(await holders()).toEqual([]);
}, 120_000);

it('shows the groups on the page beside ours, also one that cannot be read', async () => {
  await setFleetSlots(etcd, name, 3);
  await call('pre-reboot', 'a');
  await etcd.swap(fleetLockKey(`${name}-bad`), null, 'not ours');
  const other = openEtcd({ endpoints: cluster.endpoints });
  const page = await makeApp({
    locks: openLocks(other, []),
    fleetLocks: openFleetLocks(etcd, () => new Date()),
  });
  const { body } = await page.get('/v1/locks');
  const shown = body.foreign.filter(({ group }: { group: string }) => group.startsWith(name));
  const bad = { problem: expect.stringContaining('cannot be read'), holders: [] };
  expect(shown).toMatchObject([
    { group: `${name}-bad`, ...bad },
    { group: name, problem: null, slots: 3, holders: [{ id: 'a' }] },
  ]);
  expect(body.groups.map(({ group }: { group: string }) => group)).not.toContain(name);
  await page.close();
});

it('does an old "give back" before a later take, or never', async () => {
  await setFleetSlots(etcd, name, 1);
  const locks = openFleetLocks(etcd, () => new Date());
  const never = new AbortController().signal;
  const gone = new AbortController();
  await locks.take(name, 'a', never);
  const order: string[] = [];
  const first = locks.give(name, 'a', never).then(() => order.push('give'));
  const abandoned = locks.give(name, 'a', gone.signal).catch(() => order.push('not begun'));
  const later = locks.take(name, 'a', never).then(() => order.push('take'));
  gone.abort();
  await Promise.all([first, abandoned, later]);
  expect(order).toEqual(['give', 'not begun', 'take']);
  expect(await holders()).toEqual(['a']);
});

it('operators give places, look, and take a place away', async () => {
  const flags = ['--fleetlock', '--group', name, '--etcd', cluster.endpoints.join()];
  expect((await interlock('lock', 'status', ...flags)).err).toContain(
    `FleetLock group ${name} has no places`,
  );
  expect((await interlock('lock', 'slots', '2', ...flags)).out).toContain('0 of 2 places');
  await call('pre-reboot', 'c988d2509fdf4bc6');
  expect((await interlock('lock', 'status', ...flags)).out).toContain('c988d2509fdf4bc6');
  const gone = await interlock('lock', 'release', 'c988', '--yes', ...flags);
  expect([gone.code, gone.out]).toEqual([0, expect.stringContaining('0 of 2 places')]);
}, 120_000);
