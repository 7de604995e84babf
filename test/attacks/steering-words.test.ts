import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { idleCheckIn } from '../update-server/support/idle-check-in.ts';
import {
  adminToken,
  interlock,
  type ServerProcess,
  scratch,
  startServer,
} from '../update-server/support/start-server.ts';

/** Words that move the cursor, set titles and clipboards, turn the writing, break lines and hide. */
const steer =
  '\u001b[2J\u001b]0;mine\u0007\u001b]52;c;eA==\u0007\u009b8m\u202etxt\u2066\u200b\u2028\r\nb0000000  web-9  made 9\t\u007f';
const obeyed = /[^\P{C}\n]|[\u2028\u2029]/u;
const { dir, remove } = scratch();
let server: ServerProcess;
let id: string;
let options: string[];

beforeAll(async () => {
  server = await startServer(dir);
  options = ['--server', server.url, '--token', adminToken(server)];
  const post = async (path: string, body: object, token?: string) => {
    const headers = {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const answer = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    expect(answer.status, await answer.clone().text()).toBeLessThan(300);
    return (await answer.json()) as { hostId: string; credential: string };
  };
  const join_ = (
    await interlock('token', 'create', '--role', 'join', '--name', `t${steer}`, ...options)
  ).out.trim();
  const said = { machineId: '0'.repeat(32), name: 'core', arch: 'x86-64', joinToken: join_ };
  const { hostId, credential } = await post('/v1/enroll', { ...said, hostname: `=1+1${steer}` });
  id = hostId;
  await post('/v1/check-in', { ...idleCheckIn(), trouble: { code: 'no_space', text: steer } }, credential);
  const report = { id: 'report-0001', grant: null, from: '1', version: '2', bootId: 'boot-one' };
  const reports = [
    { ...report, kind: `k${steer}`, at: '2026-01-01T00:00:00Z', detail: `ok${steer}VERIFIED` },
  ];
  await post('/v1/reports', { reports }, credential);
  // as an earlier release stored it
  const db = new Database(join(dir, 'interlock.db'));
  db.prepare('UPDATE enrolled_host SET hostname = ?').run(`=1+1${steer}`);
  db.close();
});
afterAll(async () => {
  await server?.end();
  remove();
});

it.each([
  ['host list', 'host', 'list'],
  ['host show', 'host', 'show', '@'],
  ['audit', 'audit'],
  ['token list', 'token', 'list'],
  ['host list --json', 'host', 'list', '--json'],
  ['host show --json', 'host', 'show', '@', '--json'],
  ['audit --json', 'audit', '--json'],
  ['an error with a name in it', 'host', 'show', steer],
  ['the same as JSON', 'host', 'show', steer, '--json'],
  ['an option that is none', 'host', `--${steer}`],
])('nothing that hosts name themselves steers a terminal: %s', async (what, ...words) => {
  const { out, err } = await interlock(...words.map((word) => (word === '@' ? id : word)), ...options);
  expect(out + err).not.toMatch(obeyed);
  expect(out + err).not.toMatch(/^\s*b0000000/m);
  if (what.includes('JSON') || what.includes('--json')) JSON.parse(out);
});

it('JSON has the very text', async () => {
  const { out } = await interlock('host', 'show', id, '--json', ...options);
  expect(JSON.parse(out)).toMatchObject({ hostname: `=1+1${steer}`, reports: [{ kind: `k${steer}` }] });
});

it.each([
  '/v1/hosts',
  '/v1/hosts?format=json',
  '/v1/hosts?format=csv',
  '/v1/audit',
  '/metrics',
  '/v1/no%1bsuch',
])('nor does an answer of the interface, as whoever reads it by curl sees it: %s', async (path) => {
  const headers = { authorization: `Bearer ${options[3]}` };
  const text = await (await fetch(`${server.url}${path}`, { headers })).text();
  expect(text.replaceAll('\r\n', '\n')).not.toMatch(obeyed);
  if (path.endsWith('csv')) expect(text).toMatch(/,"?'=1\+1/);
});
