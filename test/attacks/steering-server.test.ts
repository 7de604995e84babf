import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { interlock } from '../update-server/support/start-server.ts';

const steer = '\u001b[2J\u009b1m\u202e\r\nVERIFIED by admin\u0007';
const answers: Record<string, [number, unknown]> = {
  '/v1/session': [404, { kind: 'not_found', value: steer, details: { what: { toString: 1 } } }],
  '/v1/tokens': [403, { kind: 'forbidden', value: 'no', details: { role: steer, action: [steer] } }],
  '/v1/audit?limit=20': [500, steer],
  '/v1/rollouts': [400, { kind: `no_such\n${steer}`, value: steer }],
  '/v1/hosts': [200, { hosts: [], next: null }],
  '/v1/enrolment': [200, { enrolment: steer, unapproved: steer, limit: 1 }],
  '/v1/policies/core/stable': [200, { policy: steer, text: { silent_after: steer } }],
};
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const [status, body] = answers[request.url!] ?? [404, { kind: 'constructor', value: steer }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

it.each([
  ['login'],
  ['token', 'list'],
  ['audit'],
  ['rollout', 'list'],
  ['rollout', 'policy', 'core', '--channel', 'stable'],
  ['host', 'enrolment'],
  ['channel', 'show', 'core', 'stable'],
  ['token', 'list', '--json'],
])('a server writes on no operator’s screen: interlock %s %s', async (...words) => {
  const { code, out, err } = await interlock(...words, '--server', url, '--token', 'x');
  expect(out + err).not.toBe('');
  expect(out + err).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]|^VERIFIED/mu);
  expect(err).not.toContain('defect');
  expect([0, 2, 65, 66, 69, 75, 76, 77, 78]).toContain(code);
});
