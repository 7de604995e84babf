import { afterEach, beforeEach, expect, it } from 'vitest';
import { letAsk } from '../support/enrol.ts';
import { idleCheckIn } from '../support/idle-check-in.ts';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

let server: TestApp;
let credential: string;
beforeEach(async () => {
  server = await makeApp();
  await letAsk(server.store);
  const payload = { machineId: '0'.repeat(32), hostname: 'web-1', name: 'core', arch: 'x86-64' };
  const { body } = await server.app.inject({ method: 'POST', url: '/v1/enroll', payload });
  credential = JSON.parse(body).credential;
});
afterEach(() => server.close());

const send = async (url: string, payload: object) => {
  const answer = await server.app.inject({ method: 'POST', url, payload, headers: bearer(credential) });
  expect(answer.statusCode).toBe(200);
};
const report = (kind: string, bootId: string) => ({
  ...{ id: `${kind}-0001`, grant: null, kind, from: '1.0', version: '2.0', bootId },
  ...{ at: server.clock.now.toISOString(), detail: '' },
});
const row = async () => (await server.get('/v1/hosts')).body.hosts[0];
const later = (minutes: number) => {
  server.clock.now = new Date(server.clock.now.getTime() + minutes * 60_000);
  return server.store.advance(server.clock.now, minutes * 60_000);
};

it('a report is contact, and says what the host runs before it checks in again', async () => {
  await send('/v1/check-in', idleCheckIn({ at: 'locked' }));
  await later(10);
  await send('/v1/reports', { reports: [report('rebooting', 'boot-one')] });
  expect(await row()).toMatchObject({ version: '1.0', at: 'rebooting' });
  await later(2);
  await send('/v1/reports', { reports: [report('confirmed', 'boot-two')] });
  const lastSeen = server.clock.now.toISOString();
  expect(await row()).toMatchObject({ version: '2.0', at: 'idle', lastSeen, offered: null });
});

it('a repeated report, and one of before the last boot, change nothing', async () => {
  const late = report('rebooting', 'boot-one');
  await send('/v1/check-in', idleCheckIn());
  await send('/v1/check-in', idleCheckIn({ bootId: 'boot-two', version: '2.0' }));
  await send('/v1/reports', { reports: [late] });
  await send('/v1/reports', { reports: [late] });
  expect(await row()).toMatchObject({ version: '2.0', at: 'idle' });
});

it('what a host says after a report is taken as it says it, also when it said the same before', async () => {
  await send('/v1/check-in', idleCheckIn());
  await send('/v1/reports', { reports: [report('confirmed', 'boot-two')] });
  await send('/v1/check-in', idleCheckIn({ bootId: 'boot-three' }));
  expect(await row()).toMatchObject({ version: '1.0' });
});

it('a host is silent after some of its own polls, and not after a check-in is a little late', async () => {
  await send('/v1/check-in', { ...idleCheckIn(), pollSeconds: 3600 });
  await later(14);
  expect((await row()).state).not.toBe('silent');
  await later(2);
  expect((await row()).state).toBe('silent');
  const { body } = await server.get('/v1/overview');
  expect(body.attention.map(({ kind }: { kind: string }) => kind)).toContain('hosts_silent');
});

it('what an operator decides about a host is its answer at once, and needs attention as long as it holds', async () => {
  await send('/v1/check-in', idleCheckIn());
  const { id } = await row();
  const attention = async () =>
    (await server.get('/v1/overview')).body.attention.map(({ kind }: { kind: string }) => kind);
  await server.post(`/v1/hosts/${id}/pin`, { version: '1.0' });
  expect(await attention()).toEqual(expect.arrayContaining(['hosts_pinned', 'hosts_unapproved']));
  await server.post(`/v1/hosts/${id}/hold`, { held: true });
  expect(await row()).toMatchObject({ held: true, decision: 'no_such_channel' });
  expect(await attention()).toContain('hosts_held');
  await server.post(`/v1/hosts/${id}/hold`, { held: false });
  expect(await attention()).not.toContain('hosts_held');
});
