import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maxUnapproved } from '../../update-server/domain/hosts/enroll.ts';
import { forgetGone } from '../../update-server/jobs/forget-unapproved.ts';
import { enrolHost, letAsk } from '../update-server/support/enrol.ts';
import { idleCheckIn } from '../update-server/support/idle-check-in.ts';
import { bearer, makeApp, type TestApp } from '../update-server/support/make-app.ts';

let server: TestApp;
beforeEach(async () => {
  server = await makeApp();
});
afterEach(() => server.close());

const at = () => server.clock.now.toISOString();
const later = (hours: number) => {
  server.clock.now = new Date(server.clock.now.getTime() + hours * 3_600_000);
};
const machine = () => ({
  ...{ machineId: randomBytes(16).toString('hex'), hostname: 'n'.repeat(253), name: 'core', arch: 'x86-64' },
});
const send = async (url: string, payload: object, credential?: string) => {
  const request = { method: 'POST' as const, url, payload, headers: credential ? bearer(credential) : {} };
  const { statusCode: status, body } = await server.app.inject(request);
  return { status, body: JSON.parse(body) };
};
const ask = (more: object = {}) => send('/v1/enroll', { ...machine(), ...more });
const auditLines = async () => (await server.get('/v1/audit?limit=200')).body.lines.length;
const waiting = async () => (await server.get('/v1/enrollment')).body.unapproved;
const fill = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, number) =>
      enrolHost(server.store, `ghost-${number}`, at(), { approved: false }),
    ),
  );

describe('a new data folder', () => {
  it('lets no host in without a join token, whatever it tries, and writes nothing down', async () => {
    const before = await auditLines();
    const hostKey = randomBytes(32).toString('base64url');
    for (const more of [{}, { hostKey }, { approved: true, knownOnly: false }]) {
      expect(await ask(more)).toMatchObject({ status: 403, body: { kind: 'enrolment_closed' } });
    }
    for (const joinToken of ['', 'wrong', server.tokens.admin]) {
      expect((await ask({ joinToken, hostKey })).status).toBe(401);
    }
    expect(await waiting()).toBe(0);
    expect(await auditLines()).toBe(before);
    expect((await ask({ joinToken: server.tokens.join })).status).toBe(200);
    expect(await auditLines()).toBe(before + 1);
  });

  it('lets them ask once an admin says so, and no longer when he takes it back', async () => {
    const put = async (enrolment: string, role: 'admin' | 'operator') => {
      const headers = bearer(server.tokens[role]);
      const request = { method: 'PUT' as const, url: '/v1/enrollment', headers, payload: { enrolment } };
      return (await server.app.inject(request)).statusCode;
    };
    expect(await put('open', 'operator')).toBe(403);
    expect(await put('ajar', 'admin')).toBe(400);
    expect(await put('open', 'admin')).toBe(200);
    expect((await ask()).status).toBe(200);
    expect(await put('token', 'admin')).toBe(200);
    expect((await ask()).status).toBe(403);
  });
});

describe('where hosts may ask', () => {
  beforeEach(() => letAsk(server.store));

  it('so many may wait and no more, and those with a token come in all the same', async () => {
    await fill(maxUnapproved);
    expect(await ask()).toMatchObject({ status: 429, body: { kind: 'enrolment_full' } });
    expect((await ask({ joinToken: server.tokens.join })).status).toBe(200);
    expect(await waiting()).toBe(maxUnapproved);
  });

  it('one address asks so often a minute and no more', async () => {
    const answers = await Promise.all(Array.from({ length: 310 }, () => ask()));
    expect(answers.filter(({ body }) => body.kind === 'too_many')).toHaveLength(10);
    expect((await ask({ joinToken: server.tokens.join })).status).toBe(200);
  });

  it('the audit log does not hear of those who ask, nor of what they do', async () => {
    const before = await auditLines();
    const { body: host } = await ask();
    for (const bootId of ['boot-aaa', 'boot-bbb', 'boot-aaa']) {
      await send('/v1/check-in', { ...idleCheckIn(), bootId }, host.credential);
    }
    expect((await server.get(`/v1/hosts/${host.hostId}`)).body.cloned).toBe(true);
    expect(await auditLines()).toBe(before);
  });

  it('few and short reports of theirs are kept, and all of an approved host', async () => {
    const { body: host } = await ask();
    const report = (id: string) => ({
      ...{ id: `report-${id}`, grant: null, kind: 'written', from: '0', version: '1', bootId: 'boot-0001' },
      ...{ at: '2026-01-01T00:00:00Z', detail: 'x'.repeat(4096) },
    });
    const tell = (name: string) =>
      send(
        '/v1/reports',
        { reports: Array.from({ length: 64 }, (_, n) => report(`${name}-${n}`)) },
        host.credential,
      );
    const kept = async () => (await server.get(`/v1/hosts/${host.hostId}`)).body.reports;
    for (const name of ['a', 'b', 'c']) expect((await tell(name)).body).toEqual({ accepted: 64 });
    expect(await kept()).toHaveLength(16);
    expect((await kept())[0].detail).toHaveLength(512);
    await server.post(`/v1/hosts/${host.hostId}/approve`, {});
    await tell('d');
    expect(await kept()).toHaveLength(80);
  });

  it('who never checked in is forgotten after a day, who is away after a month, who was approved never', async () => {
    const { body: seen } = await ask();
    await send('/v1/check-in', idleCheckIn(), seen.credential);
    const { body: approved } = await ask({ joinToken: server.tokens.join });
    await fill(3);
    later(23);
    expect(await forgetGone({ store: server.store, now: () => server.clock.now })).toBe(0);
    later(2);
    expect(await forgetGone({ store: server.store, now: () => server.clock.now })).toBe(3);
    later(24 * 30);
    const lines = await auditLines();
    expect(await forgetGone({ store: server.store, now: () => server.clock.now })).toBe(1);
    expect(await auditLines()).toBe(lines + 1);
    expect((await send('/v1/reports', { reports: [] }, seen.credential)).status).toBe(401);
    expect((await send('/v1/reports', { reports: [] }, approved.credential)).status).toBe(200);
  });

  it('an operator forgets them all at once, or those of before a time', async () => {
    await fill(250);
    later(2);
    const { body: young } = await ask();
    const before = new Date(server.clock.now.getTime() - 3_600_000).toISOString();
    expect((await server.post('/v1/hosts/forget', { unapproved: true, before }, 'viewer')).status).toBe(403);
    expect((await server.post('/v1/hosts/forget', { unapproved: true, before })).body).toEqual({
      forgotten: 250,
    });
    expect((await send('/v1/reports', { reports: [] }, young.credential)).status).toBe(200);
    expect((await server.post('/v1/hosts/forget', { unapproved: true })).body).toEqual({ forgotten: 1 });
    expect((await server.post('/v1/hosts/forget', {})).status).toBe(400);
  });
});
