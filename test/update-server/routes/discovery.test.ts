import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

const dayMs = 24 * 60 * 60 * 1000;
let server: TestApp;
beforeEach(async () => {
  server = await makeApp();
});
afterEach(() => server.close());

const ask = (url: string) => server.app.inject({ url });
const put = (url: string, value: string, headers: Record<string, string> = {}) =>
  server.app.inject({
    method: 'PUT',
    url: `${url}?prevExist=false`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams({ value }).toString(),
  });

async function make(size = 3): Promise<string> {
  const { body } = await server.post('/v1/discovery', { size });
  return new URL(body.url).pathname;
}

it('makes a URL at the address that it was asked at, for operators alone', async () => {
  for (const role of ['operator', 'admin'] as const) {
    const headers = { ...bearer(server.tokens[role]), host: 'updates.test:8443' };
    const made = await server.app.inject({ url: '/new?size=5', headers });
    expect([made.statusCode, made.headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(made.body).toMatch(/^http:\/\/updates\.test:8443\/discovery\/[0-9a-f]{32}$/);
    expect((await ask(`${new URL(made.body).pathname}/_config/size`)).json().node.value).toBe('5');
  }
  expect((await ask('/new')).statusCode).toBe(401);
  for (const role of ['viewer', 'publisher', 'join'] as const) {
    expect((await server.app.inject({ url: '/new', headers: bearer(server.tokens[role]) })).statusCode).toBe(
      403,
    );
  }
  for (const size of ['0', '10', 'x', '-1']) {
    const headers = bearer(server.tokens.operator);
    expect((await server.app.inject({ url: `/new?size=${size}`, headers })).statusCode).toBe(400);
  }
});

it('writes down who made a token, and keeps its hash alone', async () => {
  const path = await make();
  const [line] = await server.store.audit(Number.MAX_SAFE_INTEGER, 1);
  expect(line).toMatchObject({ action: 'create discovery token', detail: '3 members', after: { size: 3 } });
  expect(line!.subject).toMatch(/^discovery [0-9a-f]{12}$/);
  expect(JSON.stringify(line)).not.toContain(path.slice(-32));
});

it('forgets a token after a week, with its members, and then takes another in its place', async () => {
  const path = await make();
  expect((await put(`${path}/a1`, 'one=http://10.0.0.1:2380')).statusCode).toBe(201);
  server.clock.now = new Date(server.clock.now.getTime() + 7 * dayMs - 1000);
  expect((await ask(path)).json().node.nodes).toHaveLength(1);
  server.clock.now = new Date(server.clock.now.getTime() + 1000);
  for (const url of [path, `${path}/_config/size`, `${path}/a1`, `${path}?wait=true&waitIndex=2`]) {
    const gone = await ask(url);
    expect([url, gone.statusCode, gone.json().errorCode]).toEqual([url, 404, 100]);
  }
  expect((await put(`${path}/b2`, 'two=http://10.0.0.2:2380')).statusCode).toBe(404);
});

it('keeps at most a thousand tokens', async () => {
  const audit = { who: 'test', action: 'act', subject: { kind: 'enrollment' }, detail: '' } as const;
  const made = server.clock.now.toISOString();
  const expires = new Date(server.clock.now.getTime() + dayMs).toISOString();
  const fill = Array.from({ length: 1000 }, (_, n) =>
    server.store.addRegistry({ hash: `h${n}`, size: 3, made, expires }, 1000, { at: made, ...audit }),
  );
  expect(new Set(await Promise.all(fill))).toEqual(new Set([true]));
  expect(await server.post('/v1/discovery', {})).toMatchObject({
    status: 429,
    body: { kind: 'discovery_full' },
  });
  server.clock.now = new Date(server.clock.now.getTime() + dayMs);
  expect((await server.post('/v1/discovery', {})).status).toBe(200);
});

it('takes what an etcd member sends and nothing else', async () => {
  const path = await make();
  const good = 'one=https://10.0.0.1:2380,one=https://[fd00::1]:2380';
  expect((await put(`${path}/ffffffffffffffff`, good)).statusCode).toBe(201);
  for (const [id, value] of [
    ['g', good],
    ['11112222333344445', good],
    ['a', ''],
    ['a', 'one'],
    ['a', 'one=ftp://x'],
    ['a', 'one=http://a b'],
    ['a', `one=http://${'a'.repeat(5000)}`],
    ['a', `${good}\nx`],
  ] as const) {
    const answer = await put(`${path}/${id}`, value);
    expect([id, value.slice(0, 20), answer.statusCode]).toEqual([id, value.slice(0, 20), 400]);
  }
  expect((await ask(path)).json().node.nodes).toHaveLength(1);
});

it('lets members beyond the size register, so that they see that they came late, up to a limit', async () => {
  const path = await make(1);
  const statuses: number[] = [];
  for (let n = 1; n <= 19; n++) {
    statuses.push((await put(`${path}/${n.toString(16)}`, `m${n}=http://10.0.0.1:${n}`)).statusCode);
  }
  expect(statuses).toEqual([...Array(17).fill(201), 403, 403]);
  const { nodes } = (await ask(path)).json().node;
  const indexes = nodes.map(({ createdIndex }: { createdIndex: number }) => createdIndex);
  expect(indexes).toEqual(Array.from({ length: 17 }, (_, n) => n + 2));
  expect((await put(`${path}/1`, 'm1=http://10.0.0.1:1')).statusCode).toBe(412);
});

it('answers all that wait with whoever came first after their index', async () => {
  const path = await make();
  const waits = ['?wait=true&recursive=true&waitIndex=2', '?wait=true', '/b2?wait=true&waitIndex=2'].map(
    (words) => ask(`${path}${words}`),
  );
  await sleep(50);
  await put(`${path}/a1`, 'one=http://10.0.0.1:2380');
  await put(`${path}/b2`, 'two=http://10.0.0.2:2380');
  const answers = await Promise.all(waits);
  expect(answers.map((one) => one.json().node.key.slice(-2))).toEqual(['a1', 'a1', 'b2']);
  expect(answers.map((one) => one.json().action)).toEqual(['create', 'create', 'create']);
  const past = await ask(`${path}?wait=true&recursive=true&waitIndex=3`);
  expect(past.json().node).toMatchObject({ value: 'two=http://10.0.0.2:2380', createdIndex: 3 });
  expect((await ask(`${path}?wait=true&waitIndex=x`)).json().errorCode).toBe(203);
});

it('answers nothing after a minute, on which etcd asks again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const path = await make();
  let answered = false;
  const waiting = ask(`${path}?wait=true&waitIndex=2`).then((answer) => {
    answered = true;
    return answer;
  });
  await vi.advanceTimersByTimeAsync(59_000);
  expect(answered).toBe(false);
  await vi.advanceTimersByTimeAsync(2000);
  vi.useRealTimers();
  const answer = await waiting;
  expect([answer.statusCode, answer.body, answer.headers['x-etcd-index']]).toEqual([200, '', '1']);
});

it('refuses the 65th that waits for one cluster, for later, and lets all go when it stops', async () => {
  const path = await make();
  const waits = Array.from({ length: 64 }, () => ask(`${path}?wait=true&waitIndex=2`));
  await sleep(200);
  expect((await ask(`${path}?wait=true&waitIndex=2`)).statusCode).toBe(503);
  expect((await ask(path)).statusCode).toBe(200);
  await server.app.close();
  expect(new Set((await Promise.all(waits)).map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
});
