import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { speaksExtensible, speaksHeader } from '../../../protocol/api/speaks.ts';
import { letAsk } from '../support/enrol.ts';
import { idleCheckIn } from '../support/idle-check-in.ts';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

const report = {
  ...{ id: 'report-0001', grant: null, kind: 'written', from: '1.0', version: '2.0', bootId: 'boot-one' },
  ...{ at: '2026-03-01T12:00:00Z', detail: '' },
};
const said = {
  ...{ machineId: '0'.repeat(32), hostname: 'web-1', name: 'core', arch: 'x86-64' },
};

let server: TestApp;
let id: string;
let credential: string;

beforeEach(async () => {
  server = await makeApp();
  const { body } = await server.post('/v1/enroll', { ...said, joinToken: server.tokens.join, colour: 'red' });
  ({ hostId: id, credential } = body);
});
afterEach(() => server.close());

const call = async (url: string, payload: object, headers: Record<string, string> = {}) => {
  const request = { method: 'POST' as const, url, payload, headers: { ...bearer(credential), ...headers } };
  const answer = await server.app.inject(request);
  return { status: answer.statusCode, body: answer.json() };
};
const host = async () => (await server.get(`/v1/hosts/${id}`)).body;

describe('what a newer agent says', () => {
  it.each([
    ['a plain field', { colour: 'red' }],
    ['a nested one', { extras: { deep: [1, { a: null }] } }],
    ['a name that every object has', { constructor: 1, toString: 'x', hasOwnProperty: [] }],
    ['the name of a column', { said: 'x', number: 7, boots: '["x"]', approved: 1, since: 'x' }],
  ])('is answered with %s that nobody knows', async (_, more) => {
    const { status, body } = await call('/v1/check-in', { ...idleCheckIn(), ...more });
    expect([status, body]).toEqual([200, { decision: { none: 'no_such_channel' }, pollSeconds: 300 }]);
    expect(await call('/v1/reports', { reports: [{ ...report, ...more }], ...more })).toMatchObject({
      body: { accepted: 1 },
    });
    expect(await host()).toMatchObject({ approved: true, version: '1.0', reports: [{ id: report.id }] });
  });

  it.each(['soft_rebooted', 'constructor', 'Ünbekannt \u001b[31m'])(
    'is kept as text when it is a report of kind %j',
    async (kind) => {
      const { body } = await call('/v1/reports', { reports: [{ ...report, kind }] });
      expect(body).toEqual({ accepted: 1 });
      expect((await host()).reports).toMatchObject([{ kind }]);
    },
  );

  it.each([
    ['a version that is none', { version: 'a b' }],
    ['a grant that is none', { grant: '!' }],
    ['no kind', { kind: '' }],
    ['an array for a text', { detail: [] }],
  ])('is heard but for a report with %s', async (_, bad) => {
    const reports = [{ ...report, id: 'report-bad', ...bad }, report];
    const extensible = { [speaksHeader]: `other ${speaksExtensible}` };
    expect(await call('/v1/reports', { reports }, extensible)).toMatchObject({
      status: 200,
      body: { accepted: 1, refused: [{ index: 0 }] },
    });
    expect((await host()).reports).toMatchObject([{ id: report.id }]);
    expect((await call('/v1/reports', { reports })).body).toEqual({ accepted: 1 });
  });

  it('is cut when a detail is too long', async () => {
    await call('/v1/reports', { reports: [{ ...report, detail: 'x'.repeat(5000) }] });
    expect((await host()).reports[0].detail).toHaveLength(4096);
  });

  it.each([[null], [[]], [{ reports: 1 }], [{ reports: Array(65).fill(report) }]])(
    'is refused when it is no list of reports: %#',
    async (body) => {
      expect(await call('/v1/reports', body as object)).toMatchObject({
        status: 400,
        body: { kind: 'bad_input' },
      });
    },
  );
});

describe('trouble and what was given up', () => {
  const trouble = { code: 'no_space', text: '/var is full', since: 'not its own' };

  it('is shown with the host, with since when', async () => {
    await call('/v1/check-in', { ...idleCheckIn(), trouble, cancelled: ['2.0'] });
    const since = server.clock.now.toISOString();
    const shown = { code: 'no_space', text: '/var is full', since };
    expect(await host()).toMatchObject({ trouble: shown, cancelled: ['2.0'] });
    const { hosts } = (await server.get('/v1/hosts')).body;
    expect(hosts).toMatchObject([{ trouble: shown }]);

    server.clock.now = new Date(server.clock.now.getTime() + 60_000);
    await call('/v1/check-in', { ...idleCheckIn(), trouble: { ...trouble, text: '/var is full still' } });
    expect(await host()).toMatchObject({ trouble: { text: '/var is full still', since }, cancelled: [] });
    await call('/v1/check-in', { ...idleCheckIn(), trouble: { code: 'io_error', text: '' } });
    expect((await host()).trouble.since).toBe(server.clock.now.toISOString());
    await call('/v1/check-in', idleCheckIn());
    expect(await host()).toMatchObject({ trouble: null, cancelled: [] });
  });
});

it('tells a host that waits for approval so, where its agent lets unknown fields be', async () => {
  await letAsk(server.store);
  const { body: made } = await server.post('/v1/enroll', said);
  const checkIn = async (token: string, headers: Record<string, string> = {}) => {
    const sent = { ...bearer(token), ...headers };
    const request = { method: 'POST' as const, url: '/v1/check-in', payload: idleCheckIn(), headers: sent };
    return (await server.app.inject(request)).json();
  };
  const extensible = { [speaksHeader]: speaksExtensible };
  expect(await checkIn(made.credential, extensible)).toMatchObject({ approved: false });
  expect(await checkIn(made.credential)).not.toHaveProperty('approved');
  expect(await checkIn(credential, extensible)).not.toHaveProperty('approved');
  await server.post(`/v1/hosts/${made.hostId}/approve`, {});
  expect(await checkIn(made.credential, extensible)).not.toHaveProperty('approved');
});
