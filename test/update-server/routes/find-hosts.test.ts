import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolHost, seeHost } from '../support/enrol.ts';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

let server: TestApp;
beforeAll(async () => {
  server = await makeApp();
  const { store, clock } = server;
  const at = clock.now.toISOString();
  const long = new Date(clock.now.getTime() - 30 * 3_600_000).toISOString();
  const hosts = [
    [
      'aaaa-0001',
      'web-1',
      'up_to_date',
      { version: '2.0', labels: { role: 'web', 'example.org/rack': 'b4' } },
    ],
    ['aaaa-0002', 'web-2', 'not_yet', { labels: { role: 'web' } }],
    ['bbbb-0003', 'WEB%3', 'failed_here', { group: 'canary', labels: { role: 'db' } }],
    ['bbbb-0004', '=cmd|"x"', 'offered', { channel: 'beta' }],
    ['bbbb-0005', 'db-1', 'held', { name: 'edge', arch: 'arm64' }],
  ] as const;
  await enrolHost(store, 'cccc-0006', at, { hostname: 'silent' });
  await seeHost(store, 'cccc-0006', long, 'up_to_date');
  await store.advance(new Date(at), Date.parse(at) - Date.parse(long));
  for (const [id, hostname, decision, said] of hosts) {
    await enrolHost(store, id, at, { hostname });
    await seeHost(store, id, at, decision, said);
  }
  await enrolHost(store, 'cccc-0007', at, { hostname: 'new', approved: false });
});
afterAll(() => server.close());

const found = async (query: string) =>
  (await server.get(`/v1/hosts?${query}`)).body.hosts.map(({ id }: { id: string }) => Number(id.slice(-4)));

describe('hosts are found', () => {
  it.each([
    ['', [1, 2, 3, 4, 5, 6, 7]],
    ['query=web', [1, 2, 3]],
    ['query=%25', [3]],
    ['query=_', []],
    ['query=bbbb', [3, 4, 5]],
    ['query=2.', [1]],
    ['version=2.0', [1]],
    ['channel=beta', [4]],
    ['group=canary', [3]],
    ['name=edge', [5]],
    ['arch=arm64', [5]],
    ['state=up_to_date', [1]],
    ['state=waiting', [2]],
    ['reason=not_yet', [2]],
    ['state=failed', [3]],
    ['state=updating', [4]],
    ['state=held', [5]],
    ['state=silent', [6]],
    ['state=new', [7]],
    ['flag=unapproved', [7]],
    ['flag=cloned', []],
    ['label=role', [1, 2, 3]],
    ['label=role%3Dweb', [1, 2]],
    ['label=role%3Dweb,example.org/rack%3Db4', [1]],
    ['label=rol', []],
    ['label=role%3Dweb&query=web-2', [2]],
    ['query=web&state=waiting', [2]],
    ['query=web&after=aaaa-0001', [2, 3]],
  ])('by %s', async (query, ids) => {
    expect(await found(query)).toEqual(ids);
  });

  it('page by page, each once', async () => {
    const ids: string[] = [];
    for (let after = ''; ; ) {
      const { body } = await server.get(`/v1/hosts?limit=2${after && `&after=${after}`}`);
      ids.push(...body.hosts.map(({ id }: { id: string }) => id));
      if (!body.next) break;
      after = body.next;
    }
    expect(ids).toHaveLength(7);
    expect(ids).toEqual(ids.toSorted());
  });

  it('and not by a word that means nothing', async () => {
    for (const query of [
      'state=odd',
      'reason=offered',
      'limit=0',
      'limit=x',
      'other=1',
      'arch=mips',
      'label=a%20b',
      'label=%22',
    ]) {
      expect((await server.get(`/v1/hosts?${query}`)).body.kind).toBe('bad_input');
    }
  });
});

describe('as a file', () => {
  const file = (url: string, accept = '*/*') =>
    server.app.inject({ url, headers: { ...bearer(server.tokens.viewer), accept } });

  it('a table in which no host’s name is a formula', async () => {
    for (const answer of [await file('/v1/hosts?format=csv'), await file('/v1/hosts', 'text/csv')]) {
      const lines = answer.body.split('\r\n');
      expect(answer.headers).toMatchObject({
        'content-type': expect.stringContaining('text/csv'),
        'content-disposition': 'attachment; filename="hosts.csv"',
      });
      expect(lines).toHaveLength(9);
      expect(lines[0]).toContain('id,hostname,');
      expect(lines[0]).toMatch(/,labels$/);
      expect(lines[1]).toMatch(/,"example.org\/rack=b4,role=web"$/);
      expect(lines[4]).toContain(`bbbb-0004,"'=cmd|""x""",core`);
    }
  });

  it('or JSON, of all or of those that fit', async () => {
    expect((await file('/v1/hosts?format=json')).json()).toHaveLength(7);
    expect((await file('/v1/hosts?format=json&state=failed')).json()).toMatchObject([{ id: 'bbbb-0003' }]);
    expect((await file('/v1/hosts?format=json&query=nobody')).json()).toEqual([]);
  });
});

it('a walk over more hosts than one portion loses none', async () => {
  const big = await makeApp();
  const at = big.clock.now.toISOString();
  const ids = Array.from({ length: 4100 }, (_, n) => `host-${String(n).padStart(8, '0')}`);
  await Promise.all(ids.map((id) => enrolHost(big.store, id, at)));
  const all = await big.store.findHosts({ state: 'new' }, '', 10_000, big.clock.now);
  expect(all.map(({ id }) => id)).toEqual(ids);
  const rows = await big.store.countHosts(big.clock.now);
  expect(rows.reduce((sum, { hosts }) => sum + hosts, 0)).toBe(4100);
  await big.close();
});
