import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../../protocol/api/operator.ts';
import { createToken } from '../../../update-server/auth/create-token.ts';
import { openBlobs } from '../../../update-server/blobs/files.ts';
import { createApp } from '../../../update-server/http/app.ts';
import { bearer, logIn, makeApp, roles, type TestApp } from '../support/make-app.ts';
import { access } from '../support/route-table.ts';

const readers = roles.filter((role) => role !== 'join' && role !== 'fleetlock');
const rules = Object.entries(access);
const cookies = {} as Record<Role, string>;
let server: TestApp;
beforeAll(async () => {
  server = await makeApp();
  for (const role of readers) cookies[role] = await logIn(server.app, server.tokens[role]);
});
afterAll(() => server.close());

describe('who may call what by token', () => {
  it.each(rules)('%s', async (route, { for: rule }) => {
    const { method, url } = requestOf(route);
    const nobody = await server.app.inject({ method, url });
    if (rule !== 'anyone') expect(nobody.statusCode).toBe(401);
    for (const role of roles) {
      expectStatus(
        role,
        await statusOf({ method, url, headers: bearer(server.tokens[role]) }),
        statusFor(rule, role),
      );
    }
  });
});

describe('who may call what by cookie', () => {
  const isReading = (method: string) => ['GET', 'HEAD'].includes(method);

  it.each(rules.filter(([route]) => !route.endsWith(' /v1/session')))('%s', async (route, { for: rule }) => {
    const { method, url } = requestOf(route);
    for (const role of readers) {
      const cookie = cookies[role];
      const own = {
        cookie,
        'x-interlock': '1',
        'sec-fetch-site': 'same-origin',
        host: 'desk.test:8080',
        origin: 'http://desk.test:8080',
      };
      expectStatus(role, await statusOf({ method, url, headers: own }), statusFor(rule, role));
      if (isReading(method) || typeof rule === 'string' || !rule.includes(role)) continue;
      for (const foreign of [
        { ...own, 'x-interlock': '' },
        { ...own, 'sec-fetch-site': 'cross-site' },
        { ...own, 'sec-fetch-site': 'same-site' },
        { ...own, origin: 'https://evil.example' },
        { ...own, origin: 'null' },
      ]) {
        const refused = await server.app.inject({ method, url, headers: foreign });
        expect([role, refused.statusCode, refused.json().kind]).toEqual([role, 403, 'cross_site']);
      }
    }
  });

  it('a cookie is worth nothing to a host’s routes, nor beside a wrong bearer', async () => {
    const cookie = cookies.admin;
    for (const request of [
      { method: 'POST', url: '/v1/check-in', headers: { cookie, 'x-interlock': '1' } },
      { method: 'GET', url: '/v1/hosts', headers: { cookie, ...bearer('ilk-wrong') } },
      { method: 'GET', url: '/v1/hosts', headers: { cookie, authorization: 'Basic eDp5' } },
      { method: 'GET', url: '/v1/hosts', headers: { cookie: 'interlock=wrong' } },
    ] as const) {
      expect((await server.app.inject(request)).statusCode).toBe(401);
    }
  });
});

it('a revoked token opens nothing', async () => {
  const { store, clock } = server;
  const made = await createToken(store, { role: 'viewer', name: '', who: 'test', now: clock.now });
  const list = async () =>
    (await server.app.inject({ url: '/v1/hosts', headers: bearer(made.token) })).statusCode;
  expect(await list()).toBe(200);
  const at = clock.now.toISOString();
  await store.revokeToken(made.id, at, {
    at,
    who: 'test',
    action: 'revoke token',
    subject: { kind: 'token', id: made.id },
    detail: '',
  });
  expect(await list()).toBe(401);
});

it('a route without an access rule keeps the server from starting', () => {
  const { store, dir, clock } = server;
  const other = createApp({ store, blobs: openBlobs(dir), onlineKeys: undefined, now: () => clock.now });
  expect(() => other.get('/v1/new', async () => '')).toThrow('no access rule for GET /v1/new');
});

function requestOf(route: string) {
  const [method, pattern] = route.split(' ') as ['GET', string];
  return { method, url: pattern.replace(':sha256', '0'.repeat(64)).replace(/:\w+|\*/g, 'something') };
}

/** The status, without waiting for the end of what may have none. */
async function statusOf(request: InjectOptions): Promise<number> {
  const answer = await server.app.inject({ ...request, payloadAsStream: true });
  answer.stream().destroy();
  return answer.statusCode;
}

/** Nothing stands for neither 401 nor 403. */
function statusFor(rule: (typeof access)[string]['for'], role: Role): number | undefined {
  if (typeof rule === 'string') return rule === 'host' ? 401 : undefined;
  return rule.includes(role) ? undefined : 403;
}

function expectStatus(role: Role, found: number, wanted: number | undefined): void {
  if (wanted) expect([role, found]).toEqual([role, wanted]);
  else expect([401, 403, 429]).not.toContain(found);
}
