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
  expect(tokens.find(({ id }: { id: string }) => id === made.id)).toEqual({ ...made, token: undefined });
  expect((await revoke(made.id)).statusCode).toBe(204);
  expect(await list()).toBe(401);
  expect((await revoke('nobody-knows')).statusCode).toBe(404);
  const { lines } = (await desk.get('/v1/audit?limit=2')).body;
  expect(lines).toMatchObject([
    { action: 'revoke token', before: { revoked: null }, after: { revoked: desk.clock.now.toISOString() } },
    { action: 'create token', before: null, after: { role: 'publisher', name: 'ci' } },
  ]);
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
