import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { backoffMs } from '../../../agent/download/backoff.ts';
import { createDownload, type DownloadOptions } from '../../../agent/download/download.ts';
import { closeHttpAgents, createHttpAgents } from '../../../system/http/http-agents.ts';
import { type BlobRequest, type BlobServer, serveBlobs } from '../../support/host/blob-server.ts';

const bytes = randomBytes(1_000_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const blob = { sha256, size: bytes.length, file: 'payload.full' };
const blobs = new Map([[sha256, bytes]]);
const timeouts = { connect: 1000, response: 300, idle: 300 };
const never = new AbortController().signal;

const open: BlobServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(misbehave?: (request: BlobRequest) => boolean): Promise<BlobServer> {
  const server = await serveBlobs(blobs, misbehave);
  open.push(server);
  return server;
}

async function fetchRange(
  sources: string[],
  from = 0,
  to = bytes.length,
  options: Partial<DownloadOptions> & { signal?: AbortSignal } = {},
): Promise<Buffer> {
  const download = createDownload({ sources, timeouts, waitMs: () => 1, ...options });
  const chunks: Buffer[] = [];
  for await (const chunk of download.read(blob, from, to, options.signal ?? never)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('a range arrives, and only it', async () => {
  const server = await serve();
  expect((await fetchRange([server.url], 1000, 5000)).equals(bytes.subarray(1000, 5000))).toBe(true);
  expect(server.requests).toEqual([{ path: `/v1/blobs/${sha256}`, range: 'bytes=1000-4999' }]);
});

test('a cut connection resumes where it broke, and only if the file is still the same', async () => {
  const ifRange: unknown[] = [];
  const server = await serve(({ count, from, to, request, response, bytes: all }) => {
    ifRange.push(request.headers['if-range']);
    if (count > 2) return false;
    const headers = {
      'content-length': to - from,
      'content-range': `bytes ${from}-${to - 1}/${all.length}`,
      etag: '"blob"',
    };
    response.writeHead(206, headers);
    response.write(all.subarray(from, from + 100_000), () => response.destroy());
    return true;
  });
  expect((await fetchRange([server.url])).equals(bytes)).toBe(true);
  expect(server.requests).toHaveLength(4);
  expect(ifRange).toEqual([undefined, '"blob"', '"blob"', '"blob"']);
  const starts = server.requests.map(({ range }) => Number(/\d+/.exec(range)![0]));
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  expect(starts.at(-1)).toBeGreaterThan(0);
});

test('a stalled server is left for the next one', async () => {
  const stalled = await serve(({ from, to, response, bytes: all }) => {
    response.writeHead(206, { 'content-range': `bytes ${from}-${to - 1}/${all.length}` });
    response.write(all.subarray(from, from + 10));
    return true;
  });
  const good = await serve();
  const started = Date.now();
  expect((await fetchRange([stalled.url, good.url])).equals(bytes)).toBe(true);
  expect(Date.now() - started).toBeLessThan(3000);
  expect(good.requests.length).toBeGreaterThan(0);
});

test('a trickle counts as silence', async () => {
  const timers: NodeJS.Timeout[] = [];
  const trickling = await serve(({ from, to, response, bytes: all }) => {
    response.writeHead(206, { 'content-range': `bytes ${from}-${to - 1}/${all.length}` });
    timers.push(setInterval(() => response.write(all.subarray(0, 1)), 20));
    return true;
  });
  try {
    const fetched = fetchRange([trickling.url], 0, bytes.length, { patience: 2 });
    await expect(fetched).rejects.toMatchObject({ code: 'unreachable' });
  } finally {
    for (const timer of timers) clearInterval(timer);
  }
});

test.each([
  ['another range', { 'content-range': 'bytes 1-4000/1000000' }],
  ['another size', { 'content-range': 'bytes 0-3999/4000' }],
  ['no range', { 'content-range': '' }],
  ['a packed body', { 'content-encoding': 'gzip' }],
])('%s is refused', async (_, headers) => {
  const server = await serve(({ serve: answer }) => {
    answer(undefined, headers);
    return true;
  });
  const fetched = fetchRange([server.url], 0, 4000, { patience: 2 });
  await expect(fetched).rejects.toMatchObject({ code: 'answer_invalid' });
});

test('a server that never stops is cut off', async () => {
  const server = await serve(({ from, to, response, bytes: all }) => {
    response.writeHead(206, { 'content-range': `bytes ${from}-${to - 1}/${all.length}` });
    const pour = () => {
      while (!response.destroyed && response.write(all));
    };
    response.on('drain', pour);
    pour();
    return true;
  });
  const fetched = fetchRange([server.url], 0, 5000, { patience: 2 });
  await expect(fetched).rejects.toMatchObject({ code: 'answer_too_long' });
});

test('a server that has not got it is left for the next one; none that has it is said so', async () => {
  const empty = await serveBlobs(new Map());
  open.push(empty);
  const good = await serve();
  expect((await fetchRange([empty.url, good.url])).equals(bytes)).toBe(true);
  await expect(fetchRange([empty.url], 0, 10)).rejects.toMatchObject({ code: 'answer_invalid' });
});

test('nobody listening is unreachable', async () => {
  const server = await serve();
  await server.close();
  open.splice(0);
  await expect(fetchRange([server.url])).rejects.toMatchObject({ code: 'unreachable' });
});

test('an abort ends a stalled download at once', async () => {
  const stalled = await serve(({ response }) => {
    response.writeHead(206);
    return true;
  });
  const abort = new AbortController();
  setTimeout(() => abort.abort(new Error('told to stop')), 50);
  const slow = { connect: 60_000, response: 60_000, idle: 60_000 };
  const started = Date.now();
  const fetched = fetchRange([stalled.url], 0, 10, { timeouts: slow, signal: abort.signal });
  await expect(fetched).rejects.toThrow('told to stop');
  expect(Date.now() - started).toBeLessThan(1000);
});

test('a mirror may send on to where the bytes lie, with nothing but the range', async () => {
  const good = await serve();
  const headers: unknown[] = [];
  const mirror = await serve(({ request, response }) => {
    headers.push(request.headers.authorization);
    response.writeHead(307, { location: `${good.url}/v1/blobs/${sha256}` }).end();
    return true;
  });
  expect((await fetchRange([mirror.url], 1000, 5000)).equals(bytes.subarray(1000, 5000))).toBe(true);
  expect(good.requests).toEqual([{ path: `/v1/blobs/${sha256}`, range: 'bytes=1000-4999' }]);
  expect(headers).toEqual([undefined]);
});

test.each([
  ['in a circle', (url: string) => url],
  ['to a file of this host', () => 'file:///etc/shadow'],
  ['to nowhere', () => ''],
])('a mirror that sends on %s is left for the next source, and said by name', async (_, target) => {
  const lost = await serve(({ request, response }) => {
    const location = target(`http://${request.headers.host}${request.url}`);
    response.writeHead(302, location ? { location } : {}).end();
    return true;
  });
  const failed = fetchRange([lost.url], 0, 4000, { patience: 1 });
  await expect(failed).rejects.toMatchObject({
    code: 'answer_invalid',
    message: expect.stringContaining('redirects to'),
  });
  expect(lost.requests.length).toBeLessThanOrEqual(6);
  const good = await serve();
  expect((await fetchRange([lost.url, good.url], 0, 4000)).equals(bytes.subarray(0, 4000))).toBe(true);
});

test('a proxy named in the environment is used', async () => {
  const server = await serve();
  const seen: string[] = [];
  const proxy = createServer((request, response) => {
    seen.push(request.url ?? '');
    const { port, pathname } = new URL(request.url!);
    const upstream = connect(Number(port), '127.0.0.1', () => {
      upstream.write(
        `GET ${pathname} HTTP/1.1\r\nhost: x\r\nrange: ${request.headers.range}\r\nconnection: close\r\n\r\n`,
      );
    });
    upstream.pipe(response.socket!);
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  const agents = createHttpAgents(undefined, {
    http_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  });
  try {
    const fetched = await fetchRange([server.url], 0, 5000, { agents });
    expect(fetched.equals(bytes.subarray(0, 5000))).toBe(true);
    expect(seen).toEqual([`${server.url}/v1/blobs/${sha256}`]);
  } finally {
    closeHttpAgents(agents);
    proxy.closeAllConnections();
    proxy.close();
  }
});

test('waits double, stay under half a minute and are spread', () => {
  expect([1, 2, 3, 10, 100].map((failures) => backoffMs(failures, () => 1))).toEqual([
    500, 1000, 2000, 30_000, 30_000,
  ]);
  expect(backoffMs(3, () => 0)).toBe(1000);
});
