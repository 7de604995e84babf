import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  adminToken,
  interlock,
  type ServerProcess,
  scratch,
  startServer,
} from '../update-server/support/start-server.ts';

const { dir, remove } = scratch();
let server: ServerProcess;
let options: string[];
const run = async (...words: string[]) => {
  const { code, out, err } = await interlock('host', ...words, ...options);
  return code === 0 ? out.trim() : `${code}: ${err}`;
};
const ask = async () => {
  const said = { machineId: '0'.repeat(32), hostname: 'web-1', name: 'core', arch: 'x86-64' };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${server.url}/v1/enroll`, {
    method: 'POST',
    headers,
    body: JSON.stringify(said),
  });
  return answer.status;
};

beforeAll(async () => {
  server = await startServer(dir, '--enrollment', 'open');
  options = ['--server', server.url, '--token', adminToken(server)];
});
afterAll(async () => {
  await server?.end();
  remove();
});

test('the former spelling still works', async () => {
  expect(await run('enrolment')).toMatch(/^open: /);
  expect(await run('enrollment')).toMatch(/^open: /);
});

test('who may join is shown and set, and those who wait are forgotten', async () => {
  expect(await ask()).toBe(200);
  expect(await run('forget', '--unapproved', '--older-than', '7 days', '--yes')).toBe('forgot 0 hosts');
  expect(await run('enrolment', 'token')).toMatch(/^token: .*\n1 of at most 1000 hosts wait for approval$/);
  expect(await run('forget', '--unapproved')).toMatch(/^2: nothing was changed: the records of all/);
  expect(await run('forget', '--unapproved', '--yes')).toBe('forgot 1 hosts');
  expect(await ask()).toBe(403);
  expect(await run('forget', 'web-1', '--unapproved')).toMatch(/^2: give a host or --unapproved/);
});
