import { afterEach, beforeEach, expect, it } from 'vitest';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

let desk: TestApp;
beforeEach(async () => {
  desk = await makeApp();
});
afterEach(() => desk.close());

const revoke = (id: string) =>
  desk.app.inject({ method: 'DELETE', url: `/v1/tokens/${id}`, headers: bearer(desk.tokens.admin) });

it('an admin makes a token that works, sees it without its secret, and ends it', async () => {
  const made = (await desk.post('/v1/tokens', { role: 'publisher', name: 'ci' }, 'admin')).body;
  expect(made).toMatchObject({
    role: 'publisher',
    name: 'ci',
    revoked: null,
    token: expect.stringMatching(/^ilk-publisher-/),
  });
  const list = async () =>
    (await desk.app.inject({ url: '/v1/releases', headers: bearer(made.token) })).statusCode;
  expect(await list()).toBe(200);
  const { tokens } = (await desk.get('/v1/tokens', 'admin')).body;
  const shown = tokens.find(({ id }: { id: string }) => id === made.id);
  expect(shown).toEqual({ ...made, token: undefined });
  expect((await revoke(made.id)).statusCode).toBe(204);
  expect(await list()).toBe(401);
  expect((await revoke('nobody-knows')).statusCode).toBe(404);
  const { lines } = (await desk.get('/v1/audit?limit=2')).body;
  expect(lines).toMatchObject([
    { action: 'revoke token', before: { revoked: null }, after: { revoked: desk.clock.now.toISOString() } },
    { action: 'create token', before: null, after: { role: 'publisher', name: 'ci' } },
  ]);
});

it('an expired token is refused, by itself and by its session; its use and a reason are written down', async () => {
  const headers = { ...bearer(desk.tokens.admin), 'interlock-speaks': 'extensible' };
  const expires = new Date(desk.clock.now.getTime() + 3_600_000).toISOString();
  const payload = { role: 'viewer', name: 'guest', expires };
  const made = (await desk.app.inject({ method: 'POST', url: '/v1/tokens', headers, payload })).json();
  expect(made).toMatchObject({ expires, used: null });
  const login = await desk.app.inject({
    method: 'POST',
    url: '/v1/session',
    headers: { 'x-interlock': '1' },
    payload: { token: made.token },
  });
  const { name, value } = login.cookies[0]!;
  const asks = async () =>
    Promise.all(
      [{ headers: bearer(made.token) }, { cookies: { [name]: value } }].map(
        async (by) => (await desk.app.inject({ url: '/v1/releases', ...by })).statusCode,
      ),
    );
  expect(await asks()).toEqual([200, 200]);
  const shown = async () => {
    const { tokens } = (await desk.app.inject({ url: '/v1/tokens', headers })).json();
    return tokens.find(({ id }: { id: string }) => id === made.id);
  };
  await expect.poll(async () => (await shown()).used, { timeout: 30_000 }).toBe(desk.clock.now.toISOString());
  desk.clock.now = new Date(desk.clock.now.getTime() + 3_600_001);
  expect(await asks()).toEqual([401, 401]);
  const past = await desk.app.inject({ method: 'POST', url: '/v1/tokens', headers, payload });
  expect(past.json()).toMatchObject({ kind: 'bad_input', value: expect.stringContaining('is past') });
  const url = `/v1/tokens/${made.id}?reason=left%20the%20team`;
  expect((await desk.app.inject({ method: 'DELETE', url, headers })).statusCode).toBe(204);
  const { lines } = (await desk.get('/v1/audit?limit=1')).body;
  expect(lines).toMatchObject([{ action: 'revoke token', subjectName: 'guest', detail: 'left the team' }]);
});

it('the former release’s command line sees the fields that it knows, and no others', async () => {
  const { tokens } = (await desk.get('/v1/tokens', 'admin')).body;
  expect(Object.keys(tokens[0]).toSorted()).toEqual(['created', 'id', 'name', 'revoked', 'role']);
});

it('the last admin token cannot be revoked here', async () => {
  const { tokens } = (await desk.get('/v1/tokens', 'admin')).body;
  const admin = tokens.find(({ role }: { role: string }) => role === 'admin').id;
  expect((await revoke(admin)).json()).toMatchObject({ kind: 'wrong_state' });
  const other = (await desk.post('/v1/tokens', { role: 'admin' }, 'admin')).body;
  expect((await revoke(other.id)).statusCode).toBe(204);
});

it('is refused for a role that does not exist or a name without end', async () => {
  for (const body of [{ role: 'root' }, { role: 'viewer', name: 'x'.repeat(129) }, {}]) {
    expect((await desk.post('/v1/tokens', body, 'admin')).body.kind).toBe('bad_input');
  }
});
