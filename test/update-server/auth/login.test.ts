import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bearer, logIn, makeApp, type TestApp } from '../support/make-app.ts';

let server: TestApp;
beforeEach(async () => {
  server = await makeApp();
});
afterEach(() => server.close());

it('gives a cookie that scripts cannot read for a token, and says whose it is', async () => {
  const { app, tokens } = server;
  const answer = await enter(tokens.operator);
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({ role: 'operator', name: 'operator' });
  const cookie = String(answer.headers['set-cookie']);
  expect(cookie).toMatch(
    /^interlock=ilk-session-[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  const whoAmI = await app.inject({ url: '/v1/session', headers: { cookie: cookie.split(';')[0]! } });
  expect(whoAmI.json()).toEqual(answer.json());
});

it('is for this host and TLS alone where a proxy or the server does TLS', async () => {
  const proxied = await makeApp({}, { behindProxy: true });
  const headers = { 'x-interlock': '1', 'x-forwarded-host': 'desk.test', origin: 'https://desk.test' };
  const payload = { token: proxied.tokens.viewer };
  const answer = await proxied.app.inject({ method: 'POST', url: '/v1/session', headers, payload });
  expect(String(answer.headers['set-cookie'])).toMatch(/^__Host-interlock=.*; Secure; SameSite=Strict$/);
  await proxied.close();
});

it('refuses a wrong token, a join token, and a form of another site', async () => {
  for (const token of ['', 'wrong', server.tokens.join]) {
    expect((await enter(token)).json()).toMatchObject({ kind: 'unauthorized' });
  }
  const foreign = await enter(server.tokens.admin, { 'sec-fetch-site': 'cross-site' });
  expect(foreign.json().kind).toBe('cross_site');
  expect(foreign.headers['set-cookie']).toBeUndefined();
});

it('ends twelve hours after its last use, a week after its beginning, with its token, and at once on leaving', async () => {
  const { app, tokens, store, clock } = server;
  const isIn = async (cookie: string) =>
    (await app.inject({ url: '/v1/session', headers: { cookie } })).statusCode === 200;
  const pass = (hours: number) => {
    clock.now = new Date(clock.now.getTime() + hours * 3_600_000);
  };
  const idle = await logIn(app, tokens.viewer);
  const used = await logIn(app, tokens.viewer);
  pass(11);
  expect(await isIn(used)).toBe(true);
  pass(2);
  expect([await isIn(idle), await isIn(used)]).toEqual([false, true]);
  for (let days = 0; days < 14; days++) {
    pass(11);
    await isIn(used);
  }
  pass(0.5);
  expect(await isIn(used)).toBe(true);
  pass(1);
  expect(await isIn(used)).toBe(false);

  const left = await logIn(app, tokens.viewer);
  const headers = { cookie: left, 'x-interlock': '1' };
  expect((await app.inject({ method: 'DELETE', url: '/v1/session', headers })).statusCode).toBe(204);
  expect(await isIn(left)).toBe(false);

  const revoked = await logIn(app, tokens.viewer);
  const { id } = (await app.inject({ url: '/v1/session', headers: { cookie: revoked } })).json();
  const at = clock.now.toISOString();
  await store.revokeToken(id, at, {
    at,
    who: 'test',
    action: 'revoke token',
    subject: { kind: 'token', id } as const,
    detail: '',
  });
  expect(await isIn(revoked)).toBe(false);
});

it('writes who came and went, and no secret', async () => {
  const { app, tokens, dir } = server;
  const cookie = await logIn(app, tokens.admin);
  await app.inject({ method: 'DELETE', url: '/v1/session', headers: { cookie, 'x-interlock': '1' } });
  const { lines } = (await app.inject({ url: '/v1/audit', headers: bearer(tokens.viewer) })).json();
  expect(lines.slice(0, 2)).toMatchObject([
    { action: 'log out' },
    { action: 'log in', detail: 'from 127.0.0.1' },
  ]);
  const bytes = ['interlock.db', 'interlock.db-wal'].map((file) => readFileSync(join(dir, file), 'latin1'));
  expect(bytes.join('')).toContain('log out');
  expect(bytes.join('')).not.toContain(cookie.slice('interlock=ilk-session-'.length));
});

function enter(token: string, headers: Record<string, string> = {}) {
  const own = { 'x-interlock': '1', ...headers };
  return server.app.inject({ method: 'POST', url: '/v1/session', headers: own, payload: { token } });
}
