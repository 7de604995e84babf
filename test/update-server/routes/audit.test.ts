import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AuditLine } from '../../../protocol/api/operator.ts';
import { enrolHost, seeHost } from '../support/enrol.ts';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

let desk: TestApp;
beforeEach(async () => {
  desk = await makeApp();
  const { store, clock } = desk;
  const at = clock.now.toISOString();
  await enrolHost(store, 'host-0001', at, { hostname: 'web-1', approved: false });
  await seeHost(store, 'host-0001', at, 'up_to_date');
});
afterEach(() => desk.close());

const last = async (limit = 1) => (await desk.get(`/v1/audit?limit=${limit}`)).body.lines;

it.each([
  ['hold', { held: true }, { held: false }, { held: true }],
  ['pin', { version: '1.5' }, { pinned: null }, { pinned: '1.5' }],
  ['group', { group: 'canary' }, { group: null }, { group: 'canary' }],
  ['approve', {}, { approved: false }, { approved: true }],
])('%s: who did it, what was before and after', async (what, body, before, after) => {
  expect((await desk.post(`/v1/hosts/host-0001/${what}`, body)).status).toBe(204);
  const [line] = await last();
  expect(line).toMatchObject({
    subject: 'host host-0001',
    who: expect.stringContaining('operator'),
    before,
    after,
  });
  expect((await desk.post(`/v1/hosts/host-none/${what}`, body)).body.kind).toBe('not_found');
  expect(await last()).toEqual([line]);
});

it('a forgotten host is still known to the log', async () => {
  const headers = bearer(desk.tokens.operator);
  await desk.app.inject({ method: 'DELETE', url: '/v1/hosts/host-0001', headers });
  expect(await last()).toMatchObject([
    { action: 'forget', before: { hostname: 'web-1', version: '1.0', channel: 'stable' }, after: null },
  ]);
});

it('a policy and a rollout’s turns: as they were and as they became', async () => {
  const { store, clock, app } = desk;
  const put = (policy: unknown) =>
    app.inject({
      method: 'PUT',
      url: '/v1/policies/core/stable',
      headers: bearer(desk.tokens.operator),
      payload: { policy } as object,
    });
  for (const policy of ['careful', 'now']) expect((await put(policy)).statusCode).toBe(200);
  expect(await last(2)).toMatchObject([
    { action: 'set policy', before: { name: 'careful' }, after: { name: 'now' } },
    { action: 'set policy', before: null, after: { name: 'careful' } },
  ]);

  const at = clock.now.toISOString();
  const start = (id: string, version: string) =>
    store.startRollouts(
      [
        {
          ...{ id, name: 'core', channel: 'stable', arch: 'x86-64', version },
          ...{ release: 'b'.repeat(64), created: at, starts: at },
          policy: { name: 'test', text: {} },
        },
      ],
      {
        at,
        who: 'test',
        action: 'start rollout',
        subject: { kind: 'channel', id: 'core/stable' },
        detail: '',
      },
    );
  await start('rollout-1', '2.0');
  await start('rollout-2', '3.0');
  expect(await last()).toMatchObject([
    {
      before: { 'x86-64': { version: '2.0' } },
      after: { 'x86-64': { version: '3.0', rollout: 'rollout-2' } },
    },
  ]);
  await desk.post('/v1/rollouts/rollout-2/pause', { reason: 'lunch' });
  expect(await last()).toMatchObject([
    { action: 'pause rollout', before: { state: 'running' }, after: { state: 'paused', reason: 'lunch' } },
  ]);
});

it('is read in pages, backwards, and forwards from a line that is known', async () => {
  for (let n = 0; n < 7; n++) await desk.post('/v1/hosts/host-0001/hold', { held: n % 2 === 0 });
  const first = (await desk.get('/v1/audit?limit=3')).body;
  expect(first.lines).toHaveLength(3);
  const second = (await desk.get(`/v1/audit?limit=3&before=${first.next}`)).body;
  expect(second.lines[0].seq).toBe(first.lines[2].seq - 1);
  const since = (await desk.get(`/v1/audit?after=${second.lines[0].seq}`)).body;
  expect(since.lines).toEqual(first.lines);
  expect(since.next).toBeNull();
});

it('is found by time, person, action and subject, without the routine of every day', async () => {
  const { store, clock } = desk;
  await enrolHost(store, 'host-0002', clock.now.toISOString(), { hostname: 'db-1' });
  const enroll = { who: 'host', action: 'enroll', detail: '' };
  for (const id of ['host-0001', 'host-0002']) {
    await store.note({ ...enroll, at: clock.now.toISOString(), subject: { kind: 'host', id } }, {}, {});
  }
  await desk.post('/v1/hosts/host-0001/pin', { version: '1.5' });
  clock.now = new Date(clock.now.getTime() + 3_600_000);
  await desk.post('/v1/hosts/host-0002/hold', { held: true });
  const found = async (query: string) => {
    const { lines, hidden } = (await desk.get(`/v1/audit?${query}`)).body;
    return [lines.map(({ action, subjectName }: AuditLine) => `${action} ${subjectName ?? ''}`), hidden];
  };
  expect(await found('subject=host')).toEqual([
    ['hold db-1', 'pin to 1.5 web-1', 'enroll db-1', 'enroll web-1'],
    0,
  ]);
  expect(await found('subject=host&routine=hide')).toEqual([['hold db-1', 'pin to 1.5 web-1'], 2]);
  expect(await found('subject=WEB-1&routine=hide')).toEqual([['pin to 1.5 web-1'], 1]);
  expect(await found('action=pin')).toEqual([['pin to 1.5 web-1'], 0]);
  expect(await found('action=pi')).toEqual([[], 0]);
  expect(await found('by=nobody')).toEqual([[], 0]);
  expect(await found('by=OPERATOR&action=hold')).toEqual([['hold db-1'], 0]);
  const half = new Date(clock.now.getTime() - 1_800_000).toISOString();
  expect(await found(`since=${half}&subject=host`)).toEqual([['hold db-1'], 0]);
  expect(await found(`until=${half}&action=pin`)).toEqual([['pin to 1.5 web-1'], 0]);
  expect(await found('subject=host&routine=hide&limit=1')).toEqual([['hold db-1'], 0]);
});

it('finds the one change among very many enrollments', async () => {
  const { store, clock } = desk;
  await desk.post('/v1/hosts/host-0001/hold', { held: true });
  const at = clock.now.toISOString();
  const line = {
    at,
    who: 'host',
    action: 'enroll',
    subject: { kind: 'host', id: 'host-0001' },
    detail: '',
  } as const;
  await Promise.all(Array.from({ length: 25_000 }, () => store.note(line, {}, {})));
  const { lines, hidden } = (await desk.get('/v1/audit?routine=hide&limit=1')).body;
  expect(lines).toMatchObject([{ action: 'hold', subjectName: 'web-1' }]);
  expect(hidden).toBe(25_000);
});
