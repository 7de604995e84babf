import { afterEach, beforeEach, expect, it } from 'vitest';
import { idleCheckIn } from '../support/idle-check-in.ts';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

let server: TestApp;
let id: string;
let credential: string;
beforeEach(async () => {
  server = await makeApp();
  const said = { machineId: '0'.repeat(32), hostname: 'web-1', name: 'core', arch: 'x86-64' };
  const { body } = await server.post('/v1/enroll', { ...said, joinToken: server.tokens.join });
  ({ hostId: id, credential } = body);
});
afterEach(() => server.close());

async function send(url: string, payload: object): Promise<void> {
  server.clock.now = new Date(server.clock.now.getTime() + 60_000);
  const { statusCode } = await server.app.inject({
    method: 'POST',
    url,
    payload,
    headers: bearer(credential),
  });
  expect(statusCode).toBe(200);
}
const checkIn = (said = {}) => send('/v1/check-in', idleCheckIn(said));
const report = (kind: string, from: string, version: string) =>
  send('/v1/reports', {
    reports: [
      {
        ...{
          id: `report-${from}-${version}`.replaceAll('.', '-'),
          grant: null,
          kind,
          from,
          version,
          bootId: 'boot-one',
        },
        ...{ at: server.clock.now.toISOString(), detail: 'health check 50-http ended with 1' },
      },
    ],
  });
const events = async () => (await server.get(`/v1/hosts/${id}/timeline`)).body.events;

it('puts check-ins, reports and operators’ actions into one list, newest first', async () => {
  await checkIn();
  await report('fell_back', '1.0', '2.0');
  server.clock.now = new Date(server.clock.now.getTime() + 60_000);
  await server.post(`/v1/hosts/${id}/hold`, { held: true, reason: 'look at it first' });
  expect(await events()).toEqual([
    {
      ...{ at: '2026-03-01T12:03:00.000Z', what: 'operator', action: 'hold', reason: 'look at it first' },
      who: expect.stringContaining('operator'),
    },
    expect.objectContaining({ what: 'report', kind: 'fell_back', from: '1.0', version: '2.0' }),
    {
      ...{ at: '2026-03-01T12:01:00.000Z', what: 'check_in', version: '1.0', state: 'idle' },
      ...{ decision: 'no_such_channel', offered: null },
    },
    { at: '2026-03-01T12:00:00.000Z', what: 'enrolled' },
  ]);
});

it('keeps a check-in only when it differs from the one before, and no more than thirty', async () => {
  const ofCheckIns = async () => (await events()).filter(({ what }: { what: string }) => what === 'check_in');
  for (let n = 0; n < 4; n++) {
    await checkIn();
    await events();
  }
  expect(await ofCheckIns()).toHaveLength(1);
  await checkIn({ version: '1.1' });
  expect((await ofCheckIns()).map(({ version }: { version: string }) => version)).toEqual(['1.1', '1.0']);
  for (let n = 0; n < 40; n++) {
    await checkIn({ at: n % 2 ? 'idle' : 'locked' });
    await events();
  }
  expect(await ofCheckIns()).toHaveLength(30);
  expect((await ofCheckIns())[0]).toMatchObject({ at: server.clock.now.toISOString() });
});

it('is not there for a host that is not', async () => {
  expect((await server.get('/v1/hosts/host-none/timeline')).body.kind).toBe('not_found');
});
