import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openServer } from '../../../agent/server/open-server.ts';
import { openRetryAfter } from '../../../agent/server/retry-after.ts';
import type { Report } from '../../../protocol/api/check-in.ts';

let folder: string;
let server: Server;
let url: string;
let asked: string[];
let wish: Record<string, string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-rest-'));
  asked = [];
  wish = { 'retry-after': '30' };
  server = createServer((request, response) => {
    asked.push(request.url!);
    request.resume();
    response.writeHead(503, { 'content-type': 'application/json', ...wish }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

/** Another run of the same host at another time. */
const run = (now: number, base = url) =>
  openServer({
    server: base,
    channel: 'alpha',
    group: 'web',
    enroll: { machineId: '0'.repeat(32), hostname: 'h', name: 'core', arch: 'x86-64' },
    state: folder,
    identity: { hostId: 'host-0001', credential: 'secret' },
    retryAfter: openRetryAfter(base, folder, () => now),
    signal: new AbortController().signal,
    onEnrolled: () => {},
  });
const report = { id: 'report-0001' } as Report;

test('a server that asks to be left alone hears nothing of this host until then, in no run', async () => {
  await expect(run(0).report([report])).rejects.toMatchObject({ code: 'answer_invalid' });
  for (const now of [1, 29_000]) {
    await expect(run(now).report([report])).rejects.toMatchObject({
      code: 'server_unready',
      message: expect.stringContaining('asked hosts to wait'),
    });
  }
  expect(asked).toHaveLength(1);
  await expect(run(30_000).report([report])).rejects.toMatchObject({ code: 'answer_invalid' });
  expect(asked).toHaveLength(2);
});

test('a date is understood, and an hour is the longest', async () => {
  wish = { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' };
  await run(0)
    .report([report])
    .catch(() => {});
  await expect(run(3_599_000).report([report])).rejects.toMatchObject({ code: 'server_unready' });
  await expect(run(3_600_000).report([report])).rejects.toMatchObject({ code: 'answer_invalid' });
});

test('what a clock two years ahead noted holds nobody up', async () => {
  const years = 2 * 365 * 86_400_000;
  await run(years)
    .report([report])
    .catch(() => {});
  await expect(run(0).report([report])).rejects.toMatchObject({ code: 'answer_invalid' });
});

test('another server is asked, and a torn note holds nobody up', async () => {
  await run(0)
    .report([report])
    .catch(() => {});
  await expect(run(1, `${url}/other`).report([report])).rejects.toMatchObject({ code: 'answer_invalid' });
  for (const name of await readdir(folder)) await writeFile(join(folder, name), '{');
  await expect(run(1).report([report])).rejects.toMatchObject({ code: 'answer_invalid' });
});
