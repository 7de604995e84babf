import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolHost, seeHost } from '../support/enrol.ts';
import { makeApp, type TestApp } from '../support/make-app.ts';

let server: TestApp;
beforeAll(async () => {
  server = await makeApp();
  const { store, clock } = server;
  const minute = (ago: number) => new Date(clock.now.getTime() - ago * 60_000).toISOString();
  const hosts = [
    ['aaaa-0001', 'web-10', 'up_to_date', { version: '1.10', group: 'web', labels: { role: 'web' } }, 3],
    ['aaaa-0002', 'web-9', 'not_yet', { version: '1.9', group: 'web', labels: { role: 'web' } }, 1],
    ['aaaa-0003', 'db-1', 'failed_here', { version: '1.2', group: 'db', channel: 'beta' }, 2],
    ['aaaa-0004', 'web-9', 'held', { version: '1.9', group: 'canary' }, 4],
  ] as const;
  for (const [id, hostname, decision, said, ago] of hosts) {
    await enrolHost(store, id, minute(9), { hostname });
    await seeHost(store, id, minute(ago), decision, said);
  }
  await enrolHost(store, 'aaaa-0005', minute(9), { hostname: 'never' });
});
afterAll(() => server.close());

const list = async (query: string) => (await server.get(`/v1/hosts?${query}`)).body;
const numbers = (hosts: { id: string }[]) => hosts.map(({ id }) => Number(id.at(-1)));

describe('a list is sorted', () => {
  it.each([
    ['sort=name', [3, 5, 2, 4, 1]],
    ['sort=name&order=desc', [1, 2, 4, 5, 3]],
    ['sort=version', [5, 3, 2, 4, 1]],
    ['sort=version&order=desc', [1, 2, 4, 3, 5]],
    ['sort=channel', [5, 3, 1, 2, 4]],
    ['sort=group', [5, 4, 3, 1, 2]],
    ['sort=seen&order=desc', [2, 3, 1, 4, 5]],
    ['sort=state', [3, 4, 2, 5, 1]],
    ['sort=name&group=web', [2, 1]],
    ['sort=name&state=failed', [3]],
    ['sort=name&label=role%3Dweb&query=web-1', [1]],
  ])('by %s, with how many match and how many there are', async (query, expected) => {
    const { hosts, next, matching, all } = await list(query);
    expect(numbers(hosts)).toEqual(expected);
    expect({ next, matching, all }).toEqual({ next: null, matching: expected.length, all: 5 });
  });

  it.each(['name', 'state', 'version', 'channel', 'group', 'seen'])(
    'page by page by %s, each host once, in both directions',
    async (sort) => {
      for (const order of ['asc', 'desc']) {
        const whole = numbers((await list(`sort=${sort}&order=${order}`)).hosts);
        const found: number[] = [];
        for (let after = ''; ; ) {
          const page = await list(`sort=${sort}&order=${order}&limit=2${after}`);
          expect(page.matching).toBe(5);
          found.push(...numbers(page.hosts));
          if (!page.next) break;
          after = `&after=${encodeURIComponent(page.next)}`;
        }
        expect(found).toEqual(whole);
      }
    },
  );

  it('goes on where it was although a host moved meanwhile', async () => {
    const first = await list('sort=seen&order=desc&limit=2');
    expect(numbers(first.hosts)).toEqual([2, 3]);
    await seeHost(server.store, 'aaaa-0002', server.clock.now.toISOString(), 'not_yet', {
      version: '1.9',
      group: 'web',
      labels: { role: 'web' },
    });
    const second = await list(`sort=seen&order=desc&limit=2&after=${encodeURIComponent(first.next)}`);
    expect(numbers(second.hosts)).toEqual([1, 4]);
  });

  it('and refuses what is no order, or a place in another one', async () => {
    for (const query of [
      'sort=colour',
      'sort=name&order=up',
      'sort=name&after=aaaa-0001',
      'after=aaaa-0001:x',
    ]) {
      expect((await list(query)).kind).toBe('bad_input');
    }
  });
});

it('a sorted page of a large fleet has the same hosts as the whole list', async () => {
  const big = await makeApp();
  const at = big.clock.now.toISOString();
  const names = Array.from({ length: 4100 }, (_, n) => `web-${(n * 7919) % 4100}`);
  await Promise.all(
    names.map((hostname, n) => enrolHost(big.store, `host-${String(n).padStart(8, '0')}`, at, { hostname })),
  );
  const { body } = await big.get('/v1/hosts?sort=name&limit=100');
  expect(body.hosts.map(({ hostname }: { hostname: string }) => hostname)).toEqual(
    Array.from({ length: 100 }, (_, n) => `web-${n}`),
  );
  expect(body).toMatchObject({ matching: 4100, all: 4100 });
  await big.close();
});

it('says what a list can be narrowed by, most hosts first', async () => {
  const { status, body } = await server.get('/v1/hosts/choices');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    hosts: 5,
    channels: [
      { value: 'stable', hosts: 3 },
      { value: 'beta', hosts: 1 },
    ],
    archs: [{ value: 'x86-64', hosts: 5 }],
    labels: [{ value: 'role=web', hosts: 2 }],
  });
  expect(body.versions[0]).toEqual({ value: '1.9', hosts: 2 });
  expect(body.states).toContainEqual({ value: 'failed', hosts: 1 });
});
