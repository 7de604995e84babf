import { afterAll, beforeAll, expect, it } from 'vitest';
import { createToken } from '../../../update-server/auth/create-token.ts';
import { openBlobs } from '../../../update-server/blobs/files.ts';
import { createApp } from '../../../update-server/http/app.ts';
import { addSample, type LoadWatch, loadOf } from '../../../update-server/load/watch-load.ts';
import type { App } from '../../../update-server/routing/app.ts';
import type { Store } from '../../../update-server/store/interface/store.ts';
import { openSqliteStore } from '../../../update-server/store/sqlite/store.ts';
import { scratch } from '../support/start-server.ts';

const { dir, remove } = scratch();
const now = () => new Date('2026-03-01T12:00:00Z');
let level: ReturnType<LoadWatch['load']> = 'normal';
let store: Store;
let app: App;

beforeAll(() => {
  store = openSqliteStore(dir);
  const loadWatch: LoadWatch = { asked: () => {}, load: () => level, stop: () => {} };
  app = createApp({ store, blobs: openBlobs(dir), onlineKeys: undefined, now, loadWatch });
});
afterAll(async () => {
  await app.close();
  await store.close();
  remove();
});

it('sends hosts away while flooded, and serves reports and operators all the same', async () => {
  const token = (role: 'join' | 'viewer') => createToken(store, { role, name: '', who: 'test', now: now() });
  const [join, viewer] = [await token('join'), await token('viewer')];
  const enrolment = {
    joinToken: join.token,
    machineId: '0'.repeat(32),
    hostname: 'h',
    name: 'tiny',
    arch: 'x86-64',
  };
  const post = (url: string, payload: object, secret = '') =>
    app.inject({
      method: 'POST',
      url,
      payload,
      headers: secret ? { authorization: `Bearer ${secret}` } : {},
    });
  const { credential } = (await post('/v1/enroll', enrolment)).json();
  level = 'overload';
  for (const away of [await post('/v1/enroll', enrolment), await post('/v1/check-in', {}, credential)]) {
    expect(away.statusCode).toBe(503);
    expect(away.json()).toMatchObject({ kind: 'overloaded' });
    expect(Number(away.headers['retry-after'])).toBeGreaterThanOrEqual(300);
  }
  expect((await post('/v1/reports', { reports: [] }, credential)).statusCode).toBe(200);
  const headers = { authorization: `Bearer ${viewer.token}` };
  expect((await app.inject({ url: '/v1/hosts', headers })).statusCode).toBe(200);
});

it('feels a flood only where many hosts keep this very process busy, and forgets it within seconds', () => {
  const idle = { delayMs: 0, hosts: 0 };
  const flood = { lateMs: 500, ownMs: 700, hosts: 1500 };
  expect(loadOf(addSample(idle, flood))).toBe('overload');
  expect(loadOf(addSample(idle, { ...flood, lateMs: 150, ownMs: 380 }))).toBe('high');
  expect(loadOf(addSample(idle, { ...flood, hosts: 3 }))).toBe('normal');
  expect(loadOf(addSample(idle, { ...flood, ownMs: 200 }))).toBe('normal');
  const quiet = { lateMs: 0, ownMs: 5, hosts: 3 };
  const after = [1, 2, 3, 4].reduce((figures) => addSample(figures, quiet), addSample(idle, flood));
  expect(loadOf(after)).toBe('normal');
});
