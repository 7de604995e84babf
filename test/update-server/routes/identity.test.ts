import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToken } from '../../../update-server/auth/create-token.ts';
import { letAsk } from '../support/enrol.ts';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

const machineId = '0123456789abcdef'.repeat(2);
const release = 'd'.repeat(64);
let server: TestApp;

beforeAll(async () => {
  server = await makeApp();
  await letAsk(server.store);
  const { revision, state } = await server.store.repository();
  const head = { version: '2.0', releases: { 'x86-64': release } };
  const channel = { format: 1 as const, name: 'core', channel: 'stable', serial: 1, head };
  const lists = { floors: [], minimum: null, blocked: [], withdrawn: [] };
  const nothing = { state, files: {}, targets: {}, releases: [], basedOn: revision };
  await server.store.publish({ ...nothing, channels: [{ ...channel, ...lists }] }, now());
});
afterAll(() => server.close());

const now = () => server.clock.now.toISOString();

async function send(url: string, payload: object, credential?: string) {
  const headers = credential ? bearer(credential) : {};
  const answer = await server.app.inject({ method: 'POST', url, payload, headers });
  return { status: answer.statusCode, body: answer.json() };
}

async function enrol(joinToken?: string) {
  const request = { machineId, hostname: 'web-1', name: 'core', arch: 'x86-64' };
  return send('/v1/enroll', { ...request, ...(joinToken === undefined ? {} : { joinToken }) });
}

async function checkIn(credential: string, bootId = 'boot-one') {
  const said = { name: 'core', version: '1.0', arch: 'x86-64', channel: 'stable', group: 'web' };
  const rest = { bootId, rootHash: 'a'.repeat(64), at: 'idle', failed: [] };
  return send('/v1/check-in', { ...said, ...rest }, credential);
}

const show = async (id: string) => (await server.get(`/v1/hosts/${id}`)).body;
const underWay = async () => {
  const rollout = (await server.store.currentRollout('core', 'stable', 'x86-64'))!;
  return rollout.counts.inFlight;
};

describe('approval', () => {
  it('a host without a join token is offered updates and counts only once it is approved', async () => {
    const { body: host } = await enrol();
    expect(await show(host.hostId)).toMatchObject({ approved: false });
    const before = await underWay();
    expect((await checkIn(host.credential)).body.decision).toMatchObject({ offer: { version: '2.0' } });
    expect(await underWay()).toBe(before);
    expect((await show(host.hostId)).why).toContain('interlock host approve');
    expect((await server.post(`/v1/hosts/${host.hostId}/approve`, {})).status).toBe(204);
    expect(await show(host.hostId)).toMatchObject({ approved: true });
  });
});

describe('join tokens', () => {
  it('a live one lets a host count at once; one that ended, is wrong or of another role is refused', async () => {
    const { body: host } = await enrol(server.tokens.join);
    expect(await show(host.hostId)).toMatchObject({ approved: true });
    const before = await underWay();
    await checkIn(host.credential);
    expect(await underWay()).toBe(before + 1);

    const role = 'join' as const;
    const made = await createToken(server.store, { role, name: 'old', who: 'test', now: server.clock.now });
    const { id } = (await server.store.tokens()).find(({ name }) => name === 'old')!;
    const audit = {
      at: now(),
      who: 'test',
      action: 'revoke token',
      subject: { kind: 'token', id } as const,
      detail: '',
    };
    expect((await enrol(made.token)).status).toBe(200);
    await server.store.revokeToken(id, now(), audit);
    for (const refused of [made.token, 'wrong', server.tokens.admin]) {
      expect(await enrol(refused)).toMatchObject({ status: 401, body: { kind: 'unauthorized' } });
    }
  });
});

describe('clones', () => {
  it('boot ids A, B, A under one credential: marked, its grant ended, no more for either', async () => {
    const { body: host } = await enrol(server.tokens.join);
    const before = await underWay();
    for (const boot of ['boot-aaa', 'boot-bbb']) {
      expect((await checkIn(host.credential, boot)).body.decision).toHaveProperty('offer');
    }
    expect(await underWay()).toBe(before + 1);
    for (const boot of ['boot-aaa', 'boot-bbb', 'boot-ccc']) {
      expect((await checkIn(host.credential, boot)).body.decision).toEqual({ none: 'cloned' });
    }
    expect(await underWay()).toBe(before);
    expect(await show(host.hostId)).toMatchObject({ cloned: true, grants: [{ outcome: 'lapsed' }] });
  });
});

describe('a re-imaged host', () => {
  it('is a new record that takes over neither the decisions about the old one nor its grant', async () => {
    const { body: old } = await enrol(server.tokens.join);
    await checkIn(old.credential);
    await server.post(`/v1/hosts/${old.hostId}/hold`, { held: true });
    const { body: fresh } = await enrol(server.tokens.join);
    expect(fresh.hostId).not.toBe(old.hostId);
    expect(await show(fresh.hostId)).toMatchObject({ machineId, held: false, grants: [] });
    expect((await checkIn(fresh.credential, 'boot-two')).body.decision).toHaveProperty('offer');
    expect((await checkIn(old.credential)).body.decision).toEqual({ none: 'held' });
    expect(await show(old.hostId)).toMatchObject({ machineId, held: true, cloned: false });
  });
});

describe('a lost credential', () => {
  it('ends with the record: the next call is refused, and enrolling again makes a new one', async () => {
    const { body: host } = await enrol(server.tokens.join);
    await checkIn(host.credential);
    const headers = bearer(server.tokens.operator);
    const url = `/v1/hosts/${host.hostId}`;
    expect((await server.app.inject({ method: 'DELETE', url, headers })).statusCode).toBe(204);
    expect((await checkIn(host.credential)).status).toBe(401);
    expect((await send('/v1/reports', { reports: [] }, host.credential)).status).toBe(401);
    const { body: again } = await enrol();
    expect(again.hostId).not.toBe(host.hostId);
    expect((await checkIn(again.credential, 'boot-two')).status).toBe(200);
    expect(await show(again.hostId)).toMatchObject({ approved: false, reports: [] });
  });
});
