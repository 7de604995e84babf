import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../../protocol/api/operator.ts';
import { createToken } from '../../../update-server/auth/create-token.ts';
import { openBlobs } from '../../../update-server/blobs/files.ts';
import { createApp } from '../../../update-server/http/app.ts';
import { sweepUploads } from '../../../update-server/jobs/sweep-uploads.ts';
import type { App } from '../../../update-server/routing/app.ts';
import type { Store } from '../../../update-server/store/interface/store.ts';
import { openSqliteStore } from '../../../update-server/store/sqlite/store.ts';
import { idleCheckIn } from '../support/idle-check-in.ts';
import { scratch } from '../support/start-server.ts';

const { dir, remove } = scratch();
const roles: readonly Role[] = ['viewer', 'publisher', 'operator', 'admin', 'join', 'fleetlock'];
const tokens = {} as Record<Role, string>;
let now = new Date('2026-03-01T12:00:00Z');
let store: Store;
let app: App;

beforeAll(async () => {
  store = openSqliteStore(dir);
  app = createApp({ store, blobs: openBlobs(dir), onlineKeys: undefined, now: () => now });
  for (const role of roles) {
    tokens[role] = (await createToken(store, { role, name: role, who: 'test', now })).token;
  }
});
afterAll(async () => {
  await app.close();
  await store.close();
  remove();
});

it('no secret lies readable in the data folder', async () => {
  const { credential } = await enroll();
  const bytes = ['interlock.db', 'interlock.db-wal']
    .map((file) => readFileSync(join(dir, file), 'latin1'))
    .join('');
  expect(bytes).toContain('machine 0000');
  for (const secret of [...Object.values(tokens), credential]) {
    expect(bytes).not.toContain(secret.replace(/^[a-z]+-[a-z]+-/, ''));
  }
});

describe('enrolment', () => {
  it('needs a join token', async () => {
    for (const joinToken of ['', 'wrong', tokens.admin]) {
      const answer = await call('/v1/enroll', undefined, enrollBody(joinToken));
      expect(answer).toMatchObject({ status: 401, body: { kind: 'unauthorized' } });
    }
  });

  it('makes a new record for the same machine and leaves the old one alone', async () => {
    const first = await enroll();
    const second = await enroll();
    expect(second.hostId).not.toBe(first.hostId);
    for (const { credential } of [first, second]) {
      expect((await checkIn(credential, {})).status).toBe(200);
    }
  });
});

describe('a check-in', () => {
  it('stores the reason and says it in words', async () => {
    const { hostId, credential } = await enroll();
    expect((await show(hostId)).why).toBe('The host enrolled and has not checked in yet.');
    const answer = await checkIn(credential, {});
    expect(answer.body).toEqual({ decision: { none: 'no_such_channel' }, pollSeconds: 300 });
    expect(await show(hostId)).toMatchObject({
      decision: 'no_such_channel',
      why: 'Nothing has been published to the channel of the host.',
      lastSeen: now.toISOString(),
    });
  });

  it('flags two machines under one credential for good', async () => {
    const { hostId, credential } = await enroll();
    for (const bootId of ['boot-aaa', 'boot-bbb']) await checkIn(credential, { bootId });
    expect(await show(hostId)).toMatchObject({ cloned: false });
    expect((await checkIn(credential, { bootId: 'boot-aaa' })).body).toMatchObject({
      decision: { none: 'cloned' },
    });
    expect((await checkIn(credential, { bootId: 'boot-ccc' })).body).toMatchObject({
      decision: { none: 'cloned' },
    });
    expect(await show(hostId)).toMatchObject({ cloned: true, decision: 'cloned' });
    const { body } = await call('/v1/audit', tokens.viewer);
    expect(body.lines[0]).toMatchObject({ who: 'server', action: 'cloned', subject: `host ${hostId}` });
  });

  it('is refused with missing or wrong fields', async () => {
    const { credential } = await enroll();
    for (const [wrong, problem] of [
      [{ trouble: { code: 'A b', text: '' } }, 'trouble/code'],
      [{ rootHash: 'x' }, 'rootHash'],
      [{ arch: 'mips' }, 'arch'],
      [{ failed: ['a b'] }, 'failed'],
      [{ version: undefined }, 'version'],
    ] as const) {
      const { status, body } = await checkIn(credential, wrong);
      expect(status).toBe(400);
      expect(body.kind).toBe('bad_input');
      expect(body.value).toContain(problem);
    }
  });

  it('is refused when it is not valid JSON, too long, or not JSON at all', async () => {
    const { credential } = await enroll();
    const headers = { ...bearer(credential), 'content-type': 'application/json' };
    for (const payload of ['{', '', 'null', `"${'x'.repeat(70_000)}"`]) {
      const answer = await app.inject({ method: 'POST', url: '/v1/check-in', headers, payload });
      expect([payload.slice(0, 9), answer.statusCode, answer.json().kind]).toEqual([
        payload.slice(0, 9),
        400,
        'bad_input',
      ]);
    }
    const text = { ...headers, 'content-type': 'text/plain' };
    const answer = await app.inject({ method: 'POST', url: '/v1/check-in', headers: text, payload: '{}' });
    expect(answer.json().kind).toBe('bad_input');
  });
});

describe('operators', () => {
  it('hold a host, let it go, and forget it', async () => {
    const { hostId, credential } = await enroll();
    expect((await call(`/v1/hosts/${hostId}/hold`, tokens.operator, { held: true })).status).toBe(204);
    await checkIn(credential, {});
    expect((await show(hostId)).why).toBe(
      `Nothing has been published to the channel of the host. An operator holds the host: interlock host hold ${hostId.slice(0, 8)} --off.`,
    );
    expect((await call(`/v1/hosts/${hostId}/hold`, tokens.operator, { held: false })).status).toBe(204);
    expect(await show(hostId)).toMatchObject({ held: false });
    const gone = await app.inject({
      method: 'DELETE',
      url: `/v1/hosts/${hostId}`,
      headers: bearer(tokens.operator),
    });
    expect(gone.statusCode).toBe(204);
    expect((await checkIn(credential, {})).status).toBe(401);
    expect((await call(`/v1/hosts/${hostId}`, tokens.viewer)).body.kind).toBe('not_found');
  });

  it('hear about a host, a path or a channel that does not exist', async () => {
    for (const url of [
      '/v1/hosts/12345678',
      '/v1/nothing',
      '/v1/channels/none',
      '/v1/tuf/metadata/1.root.json',
    ]) {
      expect(await call(url, tokens.admin)).toMatchObject({ status: 404, body: { kind: 'not_found' } });
    }
  });
});

it('an address that cannot be decoded is bad input', async () => {
  for (const url of ['/v1/hosts/%zz', '/v1/tuf/targets/%', `/v1/tuf/metadata/${'x'.repeat(200)}`]) {
    const { status, body } = await call(url, tokens.admin);
    expect([400, 404]).toContain(status);
    expect(['bad_input', 'not_found']).toContain(body.kind);
  }
});

it('partial uploads that nobody continues go away', async () => {
  const folder = join(dir, 'uploads');
  mkdirSync(folder, { recursive: true });
  for (const [name, days] of [
    ['old', 15],
    ['young', 13],
  ] as const) {
    const path = join(folder, `${name}.part`);
    writeFileSync(path, 'x');
    const touched = new Date(now.getTime() - days * 86_400_000);
    utimesSync(path, touched, touched);
  }
  expect(await sweepUploads(dir, now)).toBe(1);
  expect(readdirSync(folder)).toEqual(['young.part']);
});

describe('health', () => {
  it('is alive, and not ready without online keys', async () => {
    expect((await call('/healthz')).status).toBe(200);
    expect(await call('/readyz')).toMatchObject({ status: 503, body: { kind: 'server_unready' } });
  });
});

function bearer(token: string) {
  return { authorization: `Bearer ${token}` };
}

async function call(url: string, token?: string, payload?: object) {
  const answer = await app.inject({
    method: payload ? 'POST' : 'GET',
    url,
    headers: token ? bearer(token) : {},
    ...(payload ? { payload } : {}),
  });
  return { status: answer.statusCode, body: answer.body ? answer.json() : undefined };
}

function enrollBody(joinToken: string) {
  return { joinToken, machineId: '0'.repeat(32), hostname: 'web', name: 'tiny', arch: 'x86-64' };
}

async function enroll(): Promise<{ hostId: string; credential: string }> {
  now = new Date(now.getTime() + 1000);
  return (await call('/v1/enroll', undefined, enrollBody(tokens.join))).body;
}

function checkIn(credential: string, said: Record<string, unknown>) {
  return call('/v1/check-in', credential, { ...idleCheckIn({ name: 'tiny', channel: 'alpha' }), ...said });
}

async function show(hostId: string) {
  return (await call(`/v1/hosts/${hostId}`, tokens.viewer)).body;
}
