import { afterAll, beforeAll, expect, it } from 'vitest';
import { idleCheckIn } from '../support/idle-check-in.ts';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

let server: TestApp;
let id: string;
let credential: string;
beforeAll(async () => {
  server = await makeApp();
  const host = { machineId: '0'.repeat(32), hostname: 'web-1', name: 'core', arch: 'x86-64' };
  const { body } = await server.post('/v1/enroll', { ...host, joinToken: server.tokens.join });
  ({ hostId: id, credential } = body);
});
afterAll(() => server.close());

async function checkIn(labels?: unknown): Promise<number> {
  const payload = { ...idleCheckIn(), ...(labels === undefined ? {} : { labels }) };
  const headers = bearer(credential);
  return (await server.app.inject({ method: 'POST', url: '/v1/check-in', headers, payload })).statusCode;
}
const labels = async () => (await server.get(`/v1/hosts/${id}`)).body.labels;

it('a host has the labels of its last check-in, and none when it sends none', async () => {
  expect(await labels()).toEqual({});
  expect(await checkIn({ role: 'web', 'example.org/rack': 'b4' })).toBe(200);
  expect(await labels()).toEqual({ role: 'web', 'example.org/rack': 'b4' });
  expect(await checkIn({ role: 'db' })).toBe(200);
  expect(await labels()).toEqual({ role: 'db' });
  expect(await checkIn()).toBe(200);
  expect(await labels()).toEqual({});
});

it.each([
  ['a value with a blank', { role: 'a b' }],
  ['a key with a quote', { 'ro"le': 'web' }],
  ['too many', Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`l${at}`, '']))],
  ['a long value', { role: 'x'.repeat(64) }],
  ['no table', ['web']],
])('refuses %s', async (_, wrong) => {
  expect(await checkIn(wrong)).toBe(400);
});
