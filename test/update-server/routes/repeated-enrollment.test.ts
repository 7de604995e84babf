import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { letAsk } from '../support/enrol.ts';
import { idleCheckIn } from '../support/idle-check-in.ts';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

let server: TestApp;
beforeEach(async () => {
  server = await makeApp();
});
afterEach(() => server.close());

const machine = { machineId: '1'.repeat(32), hostname: 'web-1', name: 'core', arch: 'x86-64' };
const hostKey = 'k'.repeat(43);
const send = async (url: string, payload: object, credential?: string) => {
  const request = { method: 'POST' as const, url, payload, headers: credential ? bearer(credential) : {} };
  const { statusCode: status, body } = await server.app.inject(request);
  return { status, body: JSON.parse(body) };
};
const enrol = (more: object = {}) =>
  send('/v1/enroll', { ...machine, hostKey, joinToken: server.tokens.join, ...more });
const hosts = async () => (await server.get('/v1/hosts')).body.hosts;
const lines = async () => (await server.get('/v1/audit')).body.lines;

it('a lost answer makes no second host: the key is answered with the same record and a new credential', async () => {
  const first = await enrol();
  const second = await enrol({ hostname: 'web-one' });
  expect(second.body.hostId).toBe(first.body.hostId);
  expect(await hosts()).toMatchObject([{ id: first.body.hostId, hostname: 'web-one' }]);
  expect((await send('/v1/check-in', idleCheckIn(), first.body.credential)).status).toBe(401);
  expect((await send('/v1/check-in', idleCheckIn(), second.body.credential)).status).toBe(200);
  expect((await lines()).filter(({ action }: { action: string }) => action === 'enroll')).toHaveLength(1);
});

it('answers that cross each other end in one host too', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => enrol()));
  expect(new Set(answers.map(({ body }) => body.hostId)).size).toBe(1);
  const checks = await Promise.all(
    answers.map(({ body }) => send('/v1/check-in', idleCheckIn(), body.credential)),
  );
  expect(checks.filter(({ status }) => status === 200)).toHaveLength(1);
});

it('keeps what operators decided, and needs no token any more', async () => {
  const { body } = await enrol();
  await server.post(`/v1/hosts/${body.hostId}/hold`, { held: true });
  const { joinToken: _, ...without } = { ...machine, hostKey, joinToken: '' };
  expect((await send('/v1/enroll', without)).body.hostId).toBe(body.hostId);
  expect((await enrol({ joinToken: 'ended since' })).body.hostId).toBe(body.hostId);
  expect(await hosts()).toMatchObject([{ held: true, approved: true }]);
});

it.each([
  ['another key', { hostKey: randomBytes(32).toString('base64url') }],
  ['the key on a copy of its disk with a machine id of its own', { machineId: '2'.repeat(32) }],
  ['no key, as agents of before have none', { hostKey: undefined }],
])('%s is another host, whose machine id takes nothing over', async (_, other) => {
  const { body } = await enrol();
  const { body: more } = await enrol(other);
  expect(more.hostId).not.toBe(body.hostId);
  expect((await send('/v1/check-in', idleCheckIn(), body.credential)).status).toBe(200);
});

it('a host that waits counts as soon as it comes again with a token', async () => {
  await letAsk(server.store);
  const { body } = await enrol({ joinToken: undefined });
  expect(await hosts()).toMatchObject([{ approved: false }]);
  expect((await enrol()).body.hostId).toBe(body.hostId);
  expect(await hosts()).toMatchObject([{ approved: true }]);
  expect((await lines())[0]).toMatchObject({ action: 'enroll', subject: `host ${body.hostId}` });
});

it('the key is stored as a hash, and a forgotten host with it is a new one', async () => {
  const { body } = await enrol();
  await server.app.inject({
    method: 'DELETE',
    url: `/v1/hosts/${body.hostId}`,
    headers: bearer(server.tokens.operator),
  });
  expect((await enrol()).body.hostId).not.toBe(body.hostId);
  expect((await enrol({ hostKey: 'short' })).status).toBe(400);
});
