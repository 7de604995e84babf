import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enrolHost, seeHost } from '../support/enrol.ts';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

let server: TestApp;
const ids = ['host-0001', 'host-0002', 'host-0003'];
beforeEach(async () => {
  server = await makeApp();
  const at = server.clock.now.toISOString();
  for (const id of ids) {
    await enrolHost(server.store, id, at, { approved: false });
    await seeHost(server.store, id, at, 'up_to_date');
  }
});
afterEach(() => server.close());

const change = (body: object, role?: 'viewer') => server.post('/v1/hosts/change', body, role);
const host = async (id: string) => (await server.get(`/v1/hosts/${id}`)).body;

describe('many hosts at once', () => {
  it.each([
    [{ action: 'hold' }, { held: true }, 'hold'],
    [{ action: 'pin', version: '1.5' }, { pinned: '1.5' }, 'pin to 1.5'],
    [{ action: 'group', group: 'canary' }, { group: 'canary' }, 'put into group canary'],
    [{ action: 'approve' }, { approved: true }, 'approve'],
  ])('%j, each with its line and the reason', async (action, expected, words) => {
    const { status, body } = await change({ hosts: ids, reason: ' rack b4 is moved ', ...action });
    expect([status, body]).toEqual([200, { results: ids.map((id) => ({ id, problem: null })) }]);
    for (const id of ids) expect(await host(id)).toMatchObject(expected);
    const { lines } = (await server.get('/v1/audit?limit=3')).body;
    expect(lines.map(({ subject }: { subject: string }) => subject).toSorted()).toEqual(
      ids.map((id) => `host ${id}`),
    );
    for (const line of lines) expect(line).toMatchObject({ action: words, detail: 'rack b4 is moved' });
  });

  it('and the other way', async () => {
    await change({ hosts: ids, action: 'hold' });
    await change({ hosts: ids, action: 'pin', version: '1.5' });
    await change({ hosts: ids, action: 'group', group: 'canary' });
    for (const action of ['unhold', 'unpin', 'ungroup']) await change({ hosts: ids, action });
    expect(await host(ids[0]!)).toMatchObject({ held: false, pinned: null, group: 'web' });
  });

  it('forgets those that there are, and says which there are not', async () => {
    const { body } = await change({
      hosts: [...ids.slice(0, 2), 'host-gone'],
      action: 'forget',
      reason: 'sold',
    });
    expect(body.results).toEqual([
      { id: 'host-0001', problem: null },
      { id: 'host-0002', problem: null },
      { id: 'host-gone', problem: { kind: 'not_found', value: 'host host-gone does not exist' } },
    ]);
    expect((await server.get('/v1/hosts')).body.hosts.map(({ id }: { id: string }) => id)).toEqual([
      'host-0003',
    ]);
  });

  it.each([
    ['no host', { hosts: [], action: 'hold' }],
    ['no action', { hosts: ids }],
    ['another action', { hosts: ids, action: 'reboot' }],
    ['a pin without a version', { hosts: ids, action: 'pin' }],
    ['a group that is none', { hosts: ids, action: 'group', group: 'Not A Word' }],
    ['a version for a hold', { hosts: ids, action: 'hold', version: '1' }],
  ])('refuses %s', async (_, body) => {
    expect((await change(body)).body.kind).toBe('bad_input');
  });

  it('is for operators', async () => {
    expect((await change({ hosts: ids, action: 'hold' }, 'viewer')).status).toBe(403);
  });
});

it('the reason for a change of one host is in the audit log too', async () => {
  const detail = async () => (await server.get('/v1/audit?limit=1')).body.lines[0].detail;
  for (const [what, body] of [
    ['hold', { held: true }],
    ['pin', { version: '1.5' }],
    ['group', { group: 'canary' }],
    ['approve', {}],
  ] as const) {
    await server.post(`/v1/hosts/host-0001/${what}`, { ...body, reason: `because of ${what}` });
    expect(await detail()).toBe(`because of ${what}`);
  }
  const headers = bearer(server.tokens.operator);
  await server.app.inject({ method: 'DELETE', url: '/v1/hosts/host-0001?reason=sold', headers });
  expect(await detail()).toBe('sold');
});
