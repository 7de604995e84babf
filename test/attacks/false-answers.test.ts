import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server as SocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openServer } from '../../agent/server/open-server.ts';
import { Fetcher } from '../../agent/trust/fetch.ts';
import { createClient } from '../../cli/client/client.ts';
import type { Report } from '../../protocol/api/check-in.ts';
import { ask } from '../../system/http/ask.ts';

const json = { 'content-type': 'application/json' };
const html = { 'content-type': 'text/html; charset=utf-8' };
const good = JSON.stringify({ decision: { none: 'up_to_date' }, pollSeconds: 60 });
const enrolled = JSON.stringify({ hostId: 'host-0001', credential: 'secret' });
const spaces = Buffer.alloc(1 << 20, 32);
const checkIn = {
  name: 'core',
  version: '1',
  arch: 'x86-64' as const,
  bootId: 'boot-0001',
  rootHash: 'a'.repeat(64),
  at: 'idle',
  failed: [],
};
const report = { id: 'report-0001', kind: 'confirmed' } as Report;

let folder: string;
let servers: (Server | SocketServer)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-answers-'));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true, force: true });
});

async function listening(server: Server | SocketServer): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const serve = (listener: RequestListener) =>
  listening(
    createServer((request, response) => request.resume().on('end', () => listener(request, response))),
  );

/** A server that enrols, and answers everything else in its own way. */
async function host(answer: (response: ServerResponse) => void) {
  const url = await serve((request, response) => {
    expect(request.headers['accept-encoding']).toBe('identity');
    if (request.url === '/v1/enroll') response.writeHead(200, json).end(enrolled);
    else answer(response);
  });
  const enroll = { machineId: '0'.repeat(32), hostname: 'h', name: 'core', arch: 'x86-64' as const };
  const signal = new AbortController().signal;
  const own = { channel: 'alpha', group: 'web', enroll, state: folder, identity: null, signal };
  return openServer({ server: url, ...own, onEnrolled: () => {} });
}

const pour = (response: ServerResponse, chunk = spaces) => {
  const push = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', push);
  push();
};

const falseAnswers: [string, string, (response: ServerResponse) => void][] = [
  ['a page with 200', 'answer_invalid', (to) => to.writeHead(200, html).end('<html>log in</html>')],
  ['a page that is called JSON', 'answer_invalid', (to) => to.writeHead(200, json).end('<html>')],
  ['JSON that is called a page', 'answer_invalid', (to) => to.writeHead(200, html).end(good)],
  ['JSON that is called nothing', 'answer_invalid', (to) => to.writeHead(200).end(good)],
  ['nothing, with 200', 'answer_invalid', (to) => to.writeHead(200, json).end()],
  ['nothing, with 204', 'answer_invalid', (to) => to.writeHead(204).end()],
  ['another shape', 'answer_invalid', (to) => to.writeHead(200, json).end('{"ok":true}')],
  ['no object', 'answer_invalid', (to) => to.writeHead(200, json).end('null')],
  ['a page with 401', 'answer_invalid', (to) => to.writeHead(401, html).end('<html>who are you?</html>')],
  ['a page with 503', 'answer_invalid', (to) => to.writeHead(503, html).end('<html>later</html>')],
  ['a failure without an end', 'answer_invalid', (to) => pour(to.writeHead(502, html))],
  [
    'a packed answer',
    'answer_invalid',
    (to) => to.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync(good)),
  ],
  [
    'packed spaces, a thousand times as long',
    'answer_invalid',
    (to) => to.writeHead(200, { ...json, 'content-encoding': 'br, gzip' }).end(gzipSync(spaces)),
  ],
  ['an answer without an end', 'answer_too_long', (to) => pour(to.writeHead(200, json))],
  [
    'an answer that says how long it is',
    'answer_too_long',
    (to) => pour(to.writeHead(200, { ...json, 'content-length': 1 << 30 })),
  ],
  [
    'a good answer in front of too many spaces',
    'answer_too_long',
    (to) => to.writeHead(200, json).end(good + ' '.repeat(70_000)),
  ],
  [
    'an answer that is cut short',
    'unreachable',
    (to) => to.writeHead(200, { ...json, 'content-length': 500 }).write(good, () => to.destroy()),
  ],
];

test.each(falseAnswers)('%s takes no report and is no answer to a check-in', async (_, code, answer) => {
  const port = await host(answer);
  await expect(port.report([report])).rejects.toMatchObject({ code });
  await expect(port.checkIn(checkIn)).rejects.toMatchObject({ code });
});

test.each([
  ['fewer than were sent', { accepted: 1 }],
  ['more than were sent', { accepted: 3 }],
  ['a word', { accepted: 'two' }],
  ['what a check-in gets', JSON.parse(good)],
])('a server that took %s has not taken them', async (_, body) => {
  const port = await host((response) => response.writeHead(200, json).end(JSON.stringify(body)));
  await expect(port.report([report, report])).rejects.toMatchObject({ code: 'answer_invalid' });
});

test('a server that took them all has, whatever else it says', async () => {
  const port = await host((to) => to.writeHead(200, json).end('{"accepted":2,"later":"maybe"}'));
  await port.report([report, report]);
});

test.each([
  [302, 'https://portal.example/login', 'https://portal.example/login'],
  [307, '/v2/reports', '/v2/reports'],
  [301, '', 'nowhere'],
])('a redirect (%i to %s) is named with its target and not followed', async (status, location, target) => {
  const port = await host((response) => response.writeHead(status, location ? { location } : {}).end());
  await expect(port.checkIn(checkIn)).rejects.toMatchObject({
    code: 'answer_invalid',
    message: expect.stringMatching(new RegExp(`redirects to \\S*${target}$`)),
  });
});

test('a body that comes in drops ends with the time for the whole', async () => {
  const timers: NodeJS.Timeout[] = [];
  const url = await serve((_, response) => {
    response.writeHead(200, json);
    timers.push(setInterval(() => response.write(' '), 10));
  });
  const asked = ask(url, { limit: 1 << 20, timeout: { request: 200 } });
  await expect(asked).rejects.toMatchObject({ code: 'unreachable' });
  for (const timer of timers) clearInterval(timer);
});

test('an answer with more bytes than the length it says is refused', async () => {
  const text = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${good.length}\r\n\r\n${good}`;
  const url = await listening(
    createSocketServer((socket) => socket.on('error', () => {}).end(`${text}{"decision":"another"}`)),
  );
  await expect(ask(url, { limit: 1 << 20 })).rejects.toMatchObject({ code: 'unreachable' });
});

test('memory stays small while an answer has no end', async () => {
  const port = await host((response) => pour(response.writeHead(200, json)));
  await port.checkIn(checkIn).catch(() => {});
  const before = process.memoryUsage().rss;
  for (let turn = 0; turn < 5; turn++) await port.checkIn(checkIn).catch(() => {});
  expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
});

test.each([
  ['30', 30],
  ['Sun, 01 Mar 2099 12:00:00 GMT', 3600],
])('Retry-After: %s reaches whoever asked', async (text, retryAfter) => {
  const port = await host((to) => to.writeHead(503, { ...json, 'retry-after': text }).end('{}'));
  await expect(port.checkIn(checkIn)).rejects.toMatchObject({ details: { status: 503, retryAfter } });
});

test.each([
  ['packed', { 'content-encoding': 'gzip' }, 200, 'answer_invalid'],
  ['behind a redirect', { location: 'https://portal.example/' }, 302, 'answer_invalid'],
  ['longer than it may be', {}, 200, 'answer_too_long'],
] as const)('metadata that is %s is refused', async (_, headers, status, code) => {
  const url = await serve((_request, response) => response.writeHead(status, headers).end(spaces));
  await expect(new Fetcher().downloadBytes(url, 1000)).rejects.toMatchObject({ code });
});

test.each([
  ['a page with 200', 200, html, '<html>log in</html>', /it is not valid JSON, but text\/html: <html>log in/],
  [
    'a page of another kind',
    200,
    { 'content-type': 'application/xhtml+xml' },
    '<x/>',
    /but application\/xhtml/,
  ],
  ['a gateway that knows nobody', 401, json, '{"message":"who?"}', /responded with 401: .*who\?/],
  ['a gateway in trouble, without a word', 502, {}, '', /responded with 502: no metadata/],
] as const)(
  '%s in the place of metadata is no forgery, and told by its words',
  async (_, status, headers, text, words) => {
    const url = await serve((_request, response) => response.writeHead(status, headers).end(text));
    const failure = { code: 'answer_invalid', message: expect.stringMatching(words) };
    await expect(new Fetcher().downloadBytes(url, 1000)).rejects.toMatchObject(failure);
  },
);

test.each([
  ['a page with 200', (to: ServerResponse) => to.writeHead(200, html).end('<html>'), 'answer_invalid'],
  ['nothing, with 204', (to: ServerResponse) => to.writeHead(204).end(), 'answer_invalid'],
  ['a redirect', (to: ServerResponse) => to.writeHead(302, { location: '/x' }).end(), 'answer_invalid'],
  ['an answer without an end', (to: ServerResponse) => pour(to.writeHead(200, json)), 'answer_too_long'],
  [
    'a packed answer',
    (to: ServerResponse) =>
      to.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync('{"ok":true}')),
    'answer_invalid',
  ],
  [
    'a failure named like what every object has',
    (to: ServerResponse) => to.writeHead(400, json).end('{"kind":"constructor","value":"x"}'),
    'answer_invalid',
  ],
])('%s is no answer to an operator’s command either', async (_, answer, code) => {
  const url = await serve((_request, response) => answer(response));
  const client = createClient({ server: url, token: 'token' });
  await expect(client.post('v1/rollouts/1/pause', {})).rejects.toMatchObject({ code });
});
