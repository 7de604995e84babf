import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VersionCount } from '../../../update-server/domain/fleet/overview.ts';
import { historyOf } from '../../../update-server/domain/fleet/overview.ts';
import { countHour } from '../../../update-server/jobs/keep-counts.ts';
import { enrolHost, seeHost } from '../support/enrol.ts';
import { makeApp, type TestApp } from '../support/make-app.ts';

let server: TestApp;
const hoursAgo = (hours: number) => new Date(server.clock.now.getTime() - hours * 3_600_000).toISOString();
beforeEach(async () => {
  server = await makeApp();
});
afterEach(() => server.close());

it('a new server has nothing but the need of keys', async () => {
  const { body } = await server.get('/v1/overview');
  expect(body).toMatchObject({ hosts: 0, seen: 0, states: [], versions: [], rollouts: [], waiting: [] });
  expect(body.attention).toMatchObject([{ kind: 'server_unready' }]);
  expect(body.recent).toHaveLength(Object.keys(server.tokens).length);
});

it('counts hosts by state, version and what they wait for, and says what needs a look', async () => {
  const { store } = server;
  const hosts = [
    ['up-to-date', 'up_to_date', 0, '2.0'],
    ['on-its-way', 'offered', 0, '1.0'],
    ['not-its-turn', 'not_yet', 0.05, '1.0'],
    ['no-place-left', 'in_flight_limit', 0.05, '1.0'],
    ['next-failed', 'failed_here', 0.1, '1.0'],
    ['kept-back', 'held', 0.2, '1.0'],
    ['switched-off', 'up_to_date', 25, '0.9'],
    ['gone-for-long', 'up_to_date', 24 * 15, '0.8'],
  ] as const;
  let last = 24 * 30;
  for (const [id, decision, hours, version] of hosts.toReversed()) {
    await store.advance(new Date(hoursAgo(hours)), (last - hours) * 3_600_000);
    last = hours;
    await enrolHost(store, id, hoursAgo(24 * 30));
    const trouble = id === 'no-place-left' ? { trouble: { code: 'disk_full', text: '/var is full' } } : {};
    await seeHost(store, id, hoursAgo(hours), decision, { version, ...trouble });
  }
  await enrolHost(store, 'never-seen', hoursAgo(1));
  await enrolHost(store, 'stranger-1', hoursAgo(1), { approved: false });
  await store.markCloned('up-to-date', {
    ...{ at: hoursAgo(0), who: 'server', action: 'cloned' },
    ...{ subject: { kind: 'host', id: 'up-to-date' } as const, detail: '' },
  });

  const { body } = await server.get('/v1/overview');
  expect(body).toMatchObject({ hosts: 10, seen: 6 });
  expect(
    Object.fromEntries(body.states.map((one: { state: string; hosts: number }) => [one.state, one.hosts])),
  ).toEqual({
    up_to_date: 1,
    updating: 1,
    waiting: 2,
    failed: 1,
    held: 1,
    silent: 2,
    new: 2,
  });
  expect(body.waiting).toEqual([
    { reason: 'in_flight_limit', hosts: 1 },
    { reason: 'not_yet', hosts: 1 },
  ]);
  expect(body.versions).toEqual([
    { name: 'core', channel: 'stable', version: '1.0', hosts: 5 },
    { name: 'core', channel: 'stable', version: '0.9', hosts: 1 },
    { name: 'core', channel: 'stable', version: '2.0', hosts: 1 },
  ]);
  expect(body.attention.map(({ kind, hosts: n }: { kind: string; hosts: number }) => [kind, n])).toEqual([
    ['server_unready', 0],
    ['hosts_failed', 1],
    ['hosts_cloned', 1],
    ['hosts_unapproved', 1],
    ['hosts_in_trouble', 1],
    ['hosts_silent', 2],
  ]);
  const { body: found } = await server.get('/v1/hosts?flag=in_trouble');
  expect(found.hosts).toMatchObject([{ id: 'no-place-left', trouble: { code: 'disk_full' } }]);
});

describe('versions over time', () => {
  it('are kept once an hour, and end with the present', async () => {
    const { store, clock } = server;
    const ports = { store, now: () => clock.now };
    await enrolHost(store, 'host-0001', hoursAgo(0));
    const begin = clock.now;
    for (const version of ['1.0', '1.0', '2.0']) {
      await seeHost(store, 'host-0001', clock.now.toISOString(), 'up_to_date', { version });
      for (const _ of [1, 2]) await countHour(ports, clock.now.toISOString());
      clock.now = new Date(clock.now.getTime() + 3_600_000);
    }
    const { body } = await server.get('/v1/overview');
    expect(body.history.times).toEqual(
      [0, 1, 2, 3].map((hours) => new Date(begin.getTime() + hours * 3_600_000).toISOString()),
    );
    expect(body.history.series).toEqual([
      { name: 'core', version: '1.0', hosts: [1, 1, 0, 0] },
      { name: 'core', version: '2.0', hosts: [0, 0, 1, 1] },
    ]);
  });

  it('grow thin after 14 days and go after 400', async () => {
    const { store } = server;
    const day = 86_400_000;
    const begin = Date.parse('2025-01-01T00:00:00.000Z');
    const at = (hours: number) => new Date(begin + hours * 3_600_000).toISOString();
    const hours = Array.from({ length: 24 * 20 }, (_, hour) => at(hour));
    const keep = (hour: string) =>
      store.keepVersionCounts([{ at: hour, name: 'core', version: '1.0', hosts: 1 }]);
    await Promise.all(hours.map(keep));
    expect(await store.versionCounts('')).toHaveLength(24 * 14 + 1 + 6);
    const later = new Date(begin + 401 * day).toISOString();
    await keep(later);
    expect((await store.versionCounts(''))[0]?.at).toBe(at(24));
  });

  it('show the versions that matter and sum up the others, and no host is lost', () => {
    const counts: VersionCount[] = [];
    for (let hour = 0; hour < 1000; hour++) {
      const at = new Date(hour * 3_600_000).toISOString();
      for (let v = 1; v <= 20; v++) counts.push({ at, name: 'core', version: `${v}.0`, hosts: v });
    }
    const { times, series } = historyOf(counts);
    expect(times.length).toBeLessThanOrEqual(200);
    expect(times.at(-1)).toBe(counts.at(-1)!.at);
    expect(series).toHaveLength(13);
    for (const place of times.keys()) {
      expect(series.reduce((sum, { hosts }) => sum + hosts[place]!, 0)).toBe(210);
    }
  });
});
