import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Discovery,
  etcdOf,
  type Member,
  memberStarter,
  startEtcdDiscovery,
} from '../support/discovery.ts';
import { adminToken, interlock, scratch, startServer } from '../update-server/support/start-server.ts';

async function startOurs(): Promise<Discovery> {
  const { dir, remove } = scratch();
  const server = await startServer(dir);
  const token = adminToken(server);
  return {
    async newUrl(size) {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${server.url}/new?size=${size}`, { headers })).text();
    },
    async stop() {
      await server.end();
      remove();
    },
  };
}

const services = { 'interlock serve': startOurs, 'Debian’s etcd-discovery': startEtcdDiscovery };
const releases = ['bookworm', 'trixie'] as const;

describe.each(Object.entries(services))('%s', (_, open) => {
  let service: Discovery;
  beforeAll(async () => {
    service = await open();
  });
  afterAll(() => service?.stop());

  describe.each(releases)('with the etcd of %s', (release) => {
    let members: ReturnType<typeof memberStarter>;
    afterEach(() => members.remove());
    const begin = () => {
      members = memberStarter(etcdOf(release));
      return members;
    };

    it('lets three of four that start at once form a cluster, and no other one join or come again', async () => {
      const { start } = begin();
      const url = await service.newUrl(3);
      const four = await Promise.all(['a', 'b', 'c', 'd'].map((name) => start(name, url)));
      const isLast = four.map((one) => one.ended.then(() => one));
      const last = await Promise.race(isLast);
      expect(last.said()).toContain('discovery: cluster is full');
      const three = four.filter((one) => one !== last);
      const names = await membersOf(three[0]!);
      expect(names).toEqual(three.map(({ name }) => name).sort());
      await put(three[1]!, 'k', 'v');
      expect(await get(three[2]!, 'k')).toBe('v');

      const late = await start('late', url);
      await late.ended;
      expect(late.said()).toContain('discovery: cluster is full');

      const [lost] = three;
      await lost!.kill();
      const again = await start(lost!.name, url, lost!.ports);
      await again.ended;
      expect(again.said()).toContain('discovery: found duplicate id');
    });

    it('tells a member with an unknown token so', async () => {
      const { start } = begin();
      const url = await service.newUrl(1);
      const unknown = await start('a', url.replace(/[0-9a-f]{32}$/, randomBytes(16).toString('hex')));
      await unknown.ended;
      expect(unknown.said()).toContain('100: Key not found');
    });

    it('lets one that waits learn of one that comes', async () => {
      const { start } = begin();
      const url = await service.newUrl(2);
      const first = await start('first', url);
      while (!first.said().includes('waiting for more') && !first.said().includes('needed-peers'))
        await sleep(50);
      const second = await start('second', url);
      expect(await membersOf(first)).toEqual(['first', 'second']);
      expect(await membersOf(second)).toEqual(['first', 'second']);
    });
  });
});

describe('answers', () => {
  let both: Discovery[];
  beforeAll(async () => {
    both = await Promise.all([startOurs(), startEtcdDiscovery()]);
  });
  afterAll(() => Promise.all((both ?? []).map((each) => each.stop())));

  it('are those of etcd-discovery, but for its indexes', async () => {
    const [ours, theirs] = await Promise.all(both.map(converse));
    expect(ours).toEqual(theirs);
    expect(ours!.map(([status]) => status)).toEqual([
      404, 200, 200, 404, 201, 412, 201, 200, 200, 200, 200, 200,
    ]);
  });
});

/** Says to a service what etcd says, and a little more; answers with indexes by their order. */
async function converse(service: Discovery): Promise<[number, unknown][]> {
  const url = await service.newUrl(3);
  const token = url.slice(-32);
  const seen: [number, unknown][] = [];
  let raised = 0;
  const ask = async (path: string, init?: RequestInit) => {
    const answer = await fetch(`${url}${path}`, init);
    const index = Number(answer.headers.get('x-etcd-index'));
    if (answer.ok) {
      expect(index).toBeGreaterThanOrEqual(raised);
      raised = index;
    }
    const body = (await answer.json()) as { index?: number; node?: { createdIndex: number } };
    seen.push([answer.status, plain(body, token)]);
    return body;
  };
  const put = (id: string, name: string) =>
    ask(`/${id}?prevExist=false`, {
      method: 'PUT',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ value: `${name}=http://127.0.0.1:1${id}` }),
    });
  const unknown = await fetch(`${url.slice(0, -32)}${'0'.repeat(32)}/_config/size?quorum=false`);
  seen.push([unknown.status, ((await unknown.json()) as { errorCode: number }).errorCode]);
  await ask('/_config/size?quorum=false&recursive=false&sorted=false');
  await ask('?quorum=false&recursive=false&sorted=false');
  await ask('/a1?quorum=false');
  const first = await put('a1', 'one');
  await put('a1', 'one');
  const waiting = fetch(`${url}?recursive=true&wait=true&waitIndex=${first.node!.createdIndex + 1}`);
  await sleep(200);
  const second = await put('b2', 'two');
  const awaited = await waiting;
  seen.push([awaited.status, plain(await awaited.json(), token)]);
  await ask('?quorum=false&recursive=false&sorted=false');
  await ask('/a1?quorum=false');
  await ask(`/b2?recursive=false&wait=true&waitIndex=${second.node!.createdIndex}`);
  await ask(`?recursive=true&wait=true&waitIndex=${first.node!.createdIndex}`);
  expect(second.node!.createdIndex).toBeGreaterThan(first.node!.createdIndex);
  return seen;
}

/** Without indexes, of which etcd-discovery has one for all tokens, without the token, and in the order of keys: unsorted is any order. */
function plain(body: unknown, token: string): unknown {
  const text = JSON.stringify(body, (key, value) => {
    if (/index$/i.test(key)) return undefined;
    return key === 'nodes' ? value.toSorted(byKey) : value;
  });
  return JSON.parse(text.replaceAll(token, 'TOKEN'));
}

function byKey(one: { key: string }, other: { key: string }): number {
  return one.key < other.key ? -1 : 1;
}

async function call(member: Member, path: string, body: object): Promise<Record<string, unknown>> {
  for (const start = Date.now(); Date.now() - start < 120_000; await sleep(100)) {
    const answer = await fetch(`${member.url}/v3/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    }).catch(() => undefined);
    if (answer?.ok) return (await answer.json()) as Record<string, unknown>;
  }
  throw new Error(`${member.name} does not answer: ${member.said()}`);
}

async function membersOf(member: Member): Promise<string[]> {
  for (const start = Date.now(); Date.now() - start < 60_000; await sleep(100)) {
    const { members } = (await call(member, 'cluster/member/list', {})) as { members: { name?: string }[] };
    if (members.every(({ name }) => name)) return members.map(({ name }) => name!).sort();
  }
  throw new Error(`${member.name} does not know the names of all`);
}

async function put(member: Member, key: string, value: string): Promise<void> {
  await call(member, 'kv/put', { key: btoa(key), value: btoa(value) });
}

async function get(member: Member, key: string): Promise<string> {
  const { kvs } = (await call(member, 'kv/range', { key: btoa(key) })) as { kvs: { value: string }[] };
  return atob(kvs[0]!.value);
}

it('interlock discovery new prints a URL of the server for operators alone', async () => {
  const { dir, remove } = scratch();
  const server = await startServer(dir);
  const flags = ['--server', server.url, '--token', adminToken(server)];
  const made = await interlock('discovery', 'new', '--size', '5', ...flags);
  expect(made).toMatchObject({ code: 0, err: '' });
  const url = made.out.trim();
  expect(url).toMatch(new RegExp(`^${server.url}/discovery/[0-9a-f]{32}$`));
  expect(await (await fetch(`${url}/_config/size`)).json()).toMatchObject({ node: { value: '5' } });
  expect((await fetch(`${server.url}/new?size=3`)).status).toBe(401);
  await server.end();
  remove();
});
