import { afterAll, beforeAll, expect, it } from 'vitest';
import { longestUserData } from '../../../protocol/api/user-data.ts';
import { openChecks } from '../../../update-server/routes/v1/user-data/check-in-thread.ts';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

const url = '/v1/user-data/check';
let server: TestApp;
beforeAll(async () => {
  server = await makeApp();
});
afterAll(() => server.close());

it('says what a host would do, to everybody who may read', async () => {
  const text = '#cloud-config\nhostname: web-1\ninterlock: {join_token: very-secret}\n';
  const { status, body } = await server.post(url, { text }, 'viewer');
  expect(status).toBe(200);
  expect(body).toEqual({
    valid: true,
    problems: [],
    plan: [
      {
        title: 'Host',
        columns: ['setting', 'value'],
        rows: [{ at: { line: 2, column: 11 }, cells: ['name', 'web-1'] }],
      },
      {
        title: 'Interlock',
        columns: ['setting', 'value'],
        rows: [{ at: { line: 3, column: 12 }, cells: ['join_token', 'given'] }],
      },
    ],
  });
  expect((await server.post(url, { text }, 'join')).status).toBe(403);
  expect((await server.app.inject({ method: 'POST', url, payload: { text } })).statusCode).toBe(401);
});

it('answers problems with their lines, and no plan when a host would refuse', async () => {
  const { body } = await server.post(url, { text: '#cloud-config\nhostnam: web-1\n' });
  expect(body).toEqual({
    valid: false,
    problems: [
      {
        at: { line: 2, column: 1 },
        severity: 'error',
        text: 'there is no key “hostnam”',
        instead: 'Did you mean hostname?',
        source: 'hostnam: web-1',
      },
    ],
    plan: [],
  });
});

const slowText = `#cloud-config\nruncmd: [${'a,'.repeat(45_000)}]\n`;

it('reads a text that takes long without keeping the server from others', async () => {
  const before = process.threadCpuUsage();
  const { body } = await server.post(url, { text: slowText });
  const { user, system } = process.threadCpuUsage(before);
  expect(body).toMatchObject({ valid: true, plan: [{ title: 'Commands' }] });
  expect(body.plan[0].rows).toHaveLength(501);
  expect(body.plan[0].rows.at(-1).cells).toEqual(['and 44500 more', '']);
  expect(user + system).toBeLessThan(400_000);
});

it('gives up a text after its time, goes on with the next, and lets only so many wait', async () => {
  const check = openChecks({ patienceMs: 1, mostWaiting: 2, idleMs: 1 });
  const answers = await Promise.allSettled([check(slowText), check(slowText), check('#cloud-config\n')]);
  expect(answers).toMatchObject([
    { value: { valid: false, problems: [{ text: expect.stringContaining('takes longer') }] } },
    { value: { valid: false } },
    { reason: { code: 'overloaded' } },
  ]);
  const patient = openChecks({ patienceMs: 20_000, mostWaiting: 1, idleMs: 1 });
  for (const name of ['one', 'two'])
    expect(await patient(`#cloud-config\nhostname: ${name}\n`)).toMatchObject({
      plan: [{ rows: [{ cells: ['name', name] }] }],
    });
});

it('keeps nothing, and refuses what is too long or asked too often', async () => {
  expect((await server.post(url, { text: '#'.repeat(longestUserData + 1) })).status).toBe(400);
  expect(
    (await server.get('/v1/audit')).body.lines.filter((line: { action: string }) => /user/.test(line.action)),
  ).toEqual([]);
  const headers = bearer(server.tokens.operator);
  const statuses = [];
  for (let at = 0; at < 70; at++) {
    const payload = { text: '#cloud-config\n' };
    statuses.push((await server.app.inject({ method: 'POST', url, headers, payload })).statusCode);
  }
  expect(statuses[0]).toBe(200);
  expect(statuses).toContain(429);
});
