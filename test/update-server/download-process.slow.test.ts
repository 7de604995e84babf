import { createHash } from 'node:crypto';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { initKeys } from '../../builder/keys/init.ts';
import { publish } from '../../builder/publish/publish.ts';
import { createClient } from '../../cli/client/client.ts';
import { makeRelease } from './support/make-release.ts';
import { adminToken, type ServerProcess, scratch, startServer } from './support/start-server.ts';

const payloadSize = 200_000_000;
const { dir, remove } = scratch();
const dataDir = join(dir, 'data');
let server: ServerProcess;
let blob: string;
const opened: ClientRequest[] = [];

beforeAll(async () => {
  const keysDir = join(dir, 'keys');
  await initKeys(keysDir, {
    channels: ['alpha'],
    threshold: 1,
    keys: 1,
  });
  server = await startServer(dataDir, '--online-keys', join(keysDir, 'online'));
  const { dir: releaseDir, release } = makeRelease(dir, '1.0', { payloadSize });
  blob = release.payloads[0]!.sha256;
  await publish({
    server: createClient({ server: server.url, token: adminToken(server) }),
    keysDir,
    releaseDir,
    channel: 'alpha',
  });
  await server.end();
  server = await startServer(dataDir);
});
afterAll(async () => {
  for (const request of opened) request.destroy();
  await server.end('SIGKILL');
  remove();
});

it('keeps its memory while readers of a large blob stall', async () => {
  const stallFour = () => Promise.all([0, 1, 2, 3].map((n) => stall(n * 1_000_000)));
  // the first readers also pay for code that is compiled once
  for (const reader of await stallFour()) reader.destroy();
  await download(0, 1000);
  const before = server.rss();
  const readers = await stallFour();
  await sleep(3000);
  const grown = server.rss() - before;
  for (const reader of readers) reader.destroy();
  console.log(`grew by ${(grown / 1e6).toFixed(1)} MB with 4 stalled readers of ${payloadSize / 1e6} MB`);
  expect(grown).toBeLessThan(payloadSize / 3);
});

it('sends a whole blob without keeping it', async () => {
  const before = server.rss();
  const started = performance.now();
  expect(await download(0, payloadSize)).toBe(blob);
  const seconds = (performance.now() - started) / 1000;
  const grown = server.rss() - before;
  console.log(`${(payloadSize / 1e6 / seconds).toFixed(0)} MB/s, grew by ${(grown / 1e6).toFixed(1)} MB`);
  expect(grown).toBeLessThan(payloadSize / 3);
});

it('ends on SIGTERM with status 0 while downloads run, and a download goes on afterwards', async () => {
  const stalled = await stall(0);
  const running = await stall(0);
  let got = 0;
  const cut = (async () => {
    try {
      for await (const chunk of running) {
        got += (chunk as Buffer).length;
        await sleep(2);
      }
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  })();
  await sleep(200);
  const started = performance.now();
  expect(await server.end('SIGTERM')).toBe(0);
  expect(performance.now() - started).toBeLessThan(5000);
  expect(await cut).toBe('ECONNRESET');
  stalled.destroy();
  expect(got).toBeGreaterThan(0);
  expect(got).toBeLessThan(payloadSize);

  server = await startServer(dataDir);
  const rest = await fetch(`${server.url}/v1/blobs/${blob}`, {
    headers: { range: `bytes=${got}-`, 'if-range': `"${blob}"` },
  });
  expect(rest.status).toBe(206);
  expect(rest.headers.get('content-range')).toBe(`bytes ${got}-${payloadSize - 1}/${payloadSize}`);
  expect((await rest.arrayBuffer()).byteLength).toBe(payloadSize - got);
});

function stall(from: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = get(
      `${server.url}/v1/blobs/${blob}`,
      { agent: false, headers: { range: `bytes=${from}-` } },
      (response) => {
        response.on('error', () => {});
        resolve(response.pause());
      },
    );
    opened.push(request.on('error', reject));
  });
}

async function download(from: number, size: number): Promise<string> {
  const answer = await fetch(`${server.url}/v1/blobs/${blob}`, {
    headers: { range: `bytes=${from}-${from + size - 1}` },
  });
  const hash = createHash('sha256');
  for await (const chunk of answer.body!) hash.update(chunk);
  return hash.digest('hex');
}
