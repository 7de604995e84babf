import { afterEach, beforeEach, expect, it } from 'vitest';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

let server: TestApp;
beforeEach(async () => {
  server = await makeApp();
});
afterEach(() => server.close());

const statuses = async (times: number, ask: () => Promise<{ statusCode: number }>) => {
  const found = [];
  for (let n = 0; n < times; n++) found.push((await ask()).statusCode);
  return found;
};

it('thirty tries to log in a minute and address, whatever the token', async () => {
  const enter = (token: string, remoteAddress = '192.0.2.1') =>
    server.app.inject({
      method: 'POST',
      url: '/v1/session',
      headers: { 'x-interlock': '1' },
      payload: { token },
      remoteAddress,
    });
  expect(new Set(await statuses(30, () => enter('wrong')))).toEqual(new Set([401]));
  const refused = await enter(server.tokens.viewer);
  expect([refused.statusCode, refused.json()]).toEqual([
    429,
    { kind: 'too_many', value: 'too many requests: the limit is 30 a minute', details: { limit: 30 } },
  ]);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await enter(server.tokens.viewer, '192.0.2.2')).statusCode).toBe(200);
});

it('twelve hundred calls a minute, token and route, and none of them another’s', async () => {
  const list = (token: string, url = '/v1/releases') => server.app.inject({ url, headers: bearer(token) });
  expect(new Set(await statuses(1200, () => list(server.tokens.viewer)))).toEqual(new Set([200]));
  expect((await list(server.tokens.viewer)).statusCode).toBe(429);
  expect((await list(server.tokens.operator)).statusCode).toBe(200);
  expect((await list(server.tokens.viewer, '/v1/tuf/metadata/timestamp.json')).statusCode).toBe(404);
});

it('hosts are never limited by their number of calls', async () => {
  const checkIn = () =>
    server.app.inject({ method: 'POST', url: '/v1/check-in', headers: bearer('unknown'), payload: {} });
  expect(new Set(await statuses(1300, checkIn))).toEqual(new Set([401]));
});
