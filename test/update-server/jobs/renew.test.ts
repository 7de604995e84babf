import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { initKeys } from '../../../builder/keys/init.ts';
import { publish } from '../../../builder/publish/publish.ts';
import type { PublishServer } from '../../../builder/publish/repository/server.ts';
import type { PublishRequest } from '../../../protocol/api/publish.ts';
import { createToken } from '../../../update-server/auth/create-token.ts';
import { openBlobs } from '../../../update-server/blobs/files.ts';
import type { Parts } from '../../../update-server/http/app.ts';
import { createApp } from '../../../update-server/http/app.ts';
import { renewWhenDue } from '../../../update-server/publish/renew.ts';
import type { App } from '../../../update-server/routing/app.ts';
import { loadOnlineKeys } from '../../../update-server/start/adopt-online-keys.ts';
import { openSqliteStore } from '../../../update-server/store/sqlite/store.ts';
import { makeRelease } from '../support/make-release.ts';
import { scratch } from '../support/start-server.ts';

const hour = 3_600_000;
const start = Math.floor(Date.now() / 1000) * 1000;
const { dir, remove } = scratch();
let now = new Date(start);
let ports: Parts;
let app: App;
let sent: PublishRequest;

beforeAll(async () => {
  const keysDir = join(dir, 'keys');
  await initKeys(keysDir, { channels: ['alpha'], threshold: 1, keys: 1 });
  ports = {
    store: openSqliteStore(join(dir, 'data')),
    blobs: openBlobs(join(dir, 'data')),
    onlineKeys: await loadOnlineKeys(join(keysDir, 'online')),
    now: () => now,
  };
  app = createApp(ports);
  const { token } = await createToken(ports.store, { role: 'publisher', name: '', who: 'test', now });
  const server: PublishServer = {
    text: async () => undefined,
    put: async () => {
      throw new Error('nothing was wanted');
    },
    post: async <T>(url: string, payload: unknown): Promise<T> => {
      if (url === '/v1/blobs/wanted') return { wanted: [] } as T;
      sent = payload as PublishRequest;
      return { snapshot: 1, timestamp: 1 } as T;
    },
  };
  const { dir: releaseDir, release, payload } = makeRelease(dir, '1.0');
  await publish({ server, keysDir, releaseDir, channel: 'alpha' });

  const refused = await postPublish(token);
  expect(refused.json()).toMatchObject({
    kind: 'upload_incomplete',
    details: { missing: 1, version: '1.0' },
  });
  expect((await ports.store.repository()).revision).toBe(0);

  const { sha256, size } = release.payloads[0]!;
  await app.inject({
    method: 'POST',
    url: '/v1/blobs/wanted',
    headers: auth(token),
    payload: { blobs: [{ sha256, size }] },
  });
  await app.inject({
    method: 'PUT',
    url: `/v1/blobs/${sha256}`,
    headers: { ...auth(token), 'content-range': `bytes 0-${size - 1}/${size}` },
    payload,
  });
  expect((await postPublish(token)).json()).toEqual({ snapshot: 1, timestamp: 1 });
});
afterAll(async () => {
  await app.close();
  await ports.store.close();
  remove();
});

it('leaves a young timestamp alone and signs one again whose half life is over', async () => {
  now = new Date(start + 11 * hour);
  expect(await renewWhenDue(ports)).toBe(false);
  now = new Date(start + 13 * hour);
  expect(await renewWhenDue(ports)).toBe(true);
  expect(await versions()).toEqual({ timestamp: 2, snapshot: 1 });
  expect(await renewWhenDue(ports)).toBe(false);
});

it('is not ready while the timestamp has expired, and signs the snapshot too after some days', async () => {
  now = new Date(start + 5 * 24 * hour);
  expect((await app.inject('/readyz')).json()).toMatchObject({ value: 'the timestamp has expired' });
  expect(await renewWhenDue(ports)).toBe(true);
  expect(await versions()).toEqual({ timestamp: 3, snapshot: 2 });
  expect((await app.inject('/readyz')).statusCode).toBe(200);
});

it('signs again what it signed while its clock was two years ahead, and versions only go up', async () => {
  now = new Date(start + 730 * 24 * hour);
  expect(await renewWhenDue(ports)).toBe(true);
  expect(await versions()).toEqual({ timestamp: 4, snapshot: 3 });
  now = new Date(start + 5 * 24 * hour);
  expect(await renewWhenDue(ports)).toBe(true);
  expect(await versions()).toEqual({ timestamp: 5, snapshot: 4 });
  expect((await ends()).timestamp).toBe(now.getTime() + 24 * hour);
  expect((await ends()).snapshot).toBe(now.getTime() + 7 * 24 * hour);
  expect(await renewWhenDue(ports)).toBe(false);
});

it('does not put an expired timestamp in place of a good one while its clock is behind', async () => {
  const right = now;
  const good = await ends();
  now = new Date(right.getTime() - 730 * 24 * hour);
  expect(await renewWhenDue(ports)).toBe(false);
  now = right;
  expect(await renewWhenDue(ports)).toBe(false);
  expect(await ends()).toEqual(good);
});

it('shows the timestamp uncached with a tag, and everything else for ever', async () => {
  const first = await app.inject('/v1/tuf/metadata/timestamp.json');
  expect(first.headers).toMatchObject({
    'cache-control': 'no-cache',
    etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
  });
  const again = await app.inject({
    url: '/v1/tuf/metadata/timestamp.json',
    headers: { 'if-none-match': first.headers.etag! },
  });
  expect([again.statusCode, again.body]).toEqual([304, '']);
  const root = await app.inject('/v1/tuf/metadata/1.root.json');
  expect(root.headers['cache-control']).toContain('immutable');
  expect(root.body).toBe(sent.roles.find(({ role }) => role === 'root')!.json);
  const head = await app.inject({ method: 'HEAD', url: '/v1/tuf/metadata/1.root.json' });
  expect([head.statusCode, head.headers.etag, head.body]).toEqual([200, root.headers.etag, '']);
  const missing = await app.inject('/v1/tuf/metadata/2.root.json');
  expect([missing.statusCode, missing.headers['cache-control']]).toEqual([404, 'no-cache']);
});

it('answers ranges of a published blob as HTTP says', async () => {
  const release = JSON.parse(
    Object.entries(sent.targets).find(([path]) => path.endsWith('release.json'))![1],
  );
  const { sha256, size } = release.payloads[0] as { sha256: string; size: number };
  const ask = (headers: Record<string, string>, method: 'GET' | 'HEAD' = 'GET') =>
    app.inject({ method, url: `/v1/blobs/${sha256}`, headers });

  const part = await ask({ range: 'bytes=10-19' });
  expect([part.statusCode, part.rawPayload.length]).toEqual([206, 10]);
  expect(part.headers).toMatchObject({
    'content-range': `bytes 10-19/${size}`,
    'content-length': '10',
    'accept-ranges': 'bytes',
    etag: `"${sha256}"`,
  });
  const beyond = await ask({ range: `bytes=${size}-` });
  expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, `bytes */${size}`]);
  expect(beyond.json()).toMatchObject({ kind: 'range_invalid' });
  expect((await ask({ range: 'bytes=0-0', 'if-range': '"old"' })).statusCode).toBe(200);
  expect((await ask({ 'if-none-match': `"${sha256}"` })).statusCode).toBe(304);
  const head = await ask({}, 'HEAD');
  expect([head.statusCode, head.headers['content-length'], head.rawPayload.length]).toEqual([
    200,
    String(size),
    0,
  ]);
});

function auth(token: string) {
  return { authorization: `Bearer ${token}` };
}

function postPublish(token: string) {
  return app.inject({ method: 'POST', url: '/v1/publish', headers: auth(token), payload: sent });
}

async function versions() {
  const { state } = await ports.store.repository();
  const version = (text: string | undefined) => JSON.parse(text!).signed.version as number;
  return { timestamp: version(state.timestamp), snapshot: version(state.snapshot) };
}

async function ends() {
  const { state } = await ports.store.repository();
  const end = (text: string | undefined) => new Date(JSON.parse(text!).signed.expires).getTime();
  return { timestamp: end(state.timestamp), snapshot: end(state.snapshot) };
}
