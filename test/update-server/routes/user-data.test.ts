import { afterAll, beforeAll, expect, it } from 'vitest';
import { longestUserData } from '../../../protocol/api/user-data.ts';
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
