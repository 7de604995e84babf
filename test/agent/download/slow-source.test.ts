import { createHash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { createDownload, type DownloadOptions } from '../../../agent/download/download.ts';
import { createSourcePool, defaultPace } from '../../../agent/download/source-pool.ts';
import { type BlobRequest, type BlobServer, serveBlobs } from '../../support/host/blob-server.ts';

const bytes = randomBytes(400_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const blob = { sha256, size: bytes.length, file: 'payload.full' };
const timeouts = { connect: 1000, response: 1000, idle: 1000 };
const pace = { windowMs: 200, wholeSeconds: 1, leastRate: 1, restMs: 60_000 };

const open: BlobServer[] = [];
const timers: NodeJS.Timeout[] = [];
afterEach(async () => {
  for (const timer of timers.splice(0)) clearInterval(timer);
  for (const server of open.splice(0)) await server.close();
});

async function serve(misbehave?: (request: BlobRequest) => boolean): Promise<BlobServer> {
  const server = await serveBlobs(new Map([[sha256, bytes]]), misbehave);
  open.push(server);
  return server;
}

/** Right in everything but speed: `length` bytes each 50 ms. */
const slowly =
  (length: number) =>
  ({ from, to, response, bytes: all }: BlobRequest) => {
    response.writeHead(206, {
      'content-range': `bytes ${from}-${to - 1}/${all.length}`,
      'content-length': to - from,
    });
    let at = from;
    const timer = setInterval(() => {
      response.write(all.subarray(at, Math.min(to, at + length)));
      at += length;
      if (at < to) return;
      clearInterval(timer);
      response.end();
    }, 50);
    timers.push(timer);
    return true;
  };

async function fetchAll(sources: string[], options: Partial<DownloadOptions> = {}, parts = 1) {
  const download = createDownload({ sources, timeouts, waitMs: () => 1, pace, ...options });
  const chunks: Buffer[] = [];
  for (let part = 0; part < parts; part++) {
    const [from, to] = [part, part + 1].map((n) => Math.floor((bytes.length * n) / parts)) as [
      number,
      number,
    ];
    for await (const chunk of download.read(blob, from, to, new AbortController().signal)) chunks.push(chunk);
  }
  return Buffer.concat(chunks).equals(bytes);
}

test('a mirror that delivers, but too slowly for the whole, is left for the next source at the byte it was at', async () => {
  const slow = await serve(slowly(2000));
  const good = await serve();
  expect(await fetchAll([slow.url, good.url])).toBe(true);
  expect(slow.requests).toHaveLength(1);
  expect(good.requests[0]?.range).toMatch(/^bytes=[1-9]\d+-/);
});

test('it is not asked again for the next stretch', async () => {
  const slow = await serve(slowly(2000));
  const good = await serve();
  expect(await fetchAll([slow.url, good.url], {}, 4)).toBe(true);
  expect(slow.requests).toHaveLength(1);
});

test('stretches too short to judge it by count together', async () => {
  const slow = await serve(({ serve: answer }) => {
    setTimeout(() => answer(undefined, {}), 60);
    return true;
  });
  const good = await serve();
  expect(await fetchAll([slow.url, good.url], { pace: { ...pace, wholeSeconds: 0.1 } }, 10)).toBe(true);
  expect(slow.requests.length).toBeLessThan(6);
  expect(good.requests.length).toBeGreaterThan(4);
});

test.each([
  ['the only one', []],
  ['the only one that answers', ['http://127.0.0.1:9']],
])('a slow source that is %s finishes all the same', async (_, others) => {
  const slow = await serve(slowly(20_000));
  expect(await fetchAll([slow.url, ...others])).toBe(true);
});

test('what this host’s own limit slows down is not slow', async () => {
  const first = await serve();
  const second = await serve();
  const options = { maxRate: 400_000, pace: { ...pace, wholeSeconds: 0.01 } };
  expect(await fetchAll([first.url, second.url], options)).toBe(true);
  expect(second.requests).toEqual([]);
});

test('a source that asks to be left alone is, while there is another', async () => {
  const busy = await serve(({ response }) => {
    response.writeHead(503, { 'retry-after': '600' }).end();
    return true;
  });
  const good = await serve();
  expect(await fetchAll([busy.url, good.url], {}, 3)).toBe(true);
  expect(busy.requests).toHaveLength(1);
});

test('alone, it ends the run, which says for how long', async () => {
  const busy = await serve(({ response }) => {
    response.writeHead(429, { 'retry-after': '600' }).end();
    return true;
  });
  await expect(fetchAll([busy.url])).rejects.toMatchObject({ details: { status: 429, retryAfter: 600 } });
  expect(busy.requests).toHaveLength(1);
});

test('alone, and busy for a moment, it is waited for', async () => {
  const busy = await serve(({ count, response }) => {
    if (count === 0) response.writeHead(503, { 'retry-after': '1' }).end();
    return count === 0;
  });
  expect(await fetchAll([busy.url])).toBe(true);
  expect(busy.requests).toHaveLength(2);
});

describe('what a run learns of its sources', () => {
  const minute = 60_000;

  test('twenty kilobytes each 25 seconds are too slow for anything', () => {
    const pool = createSourcePool(2, defaultPace, null, () => 0);
    const left = [1, 2, 3].map(() => pool.isTooSlow(0, 20_480, 25_000, 30 << 20));
    expect(left).toEqual([false, false, true]);
    expect(pool.pick(0)).toBe(1);
  });

  test('a rate that is fair for a small payload is not for one that would take a day', () => {
    const fair = (size: number) => {
      const pool = createSourcePool(2, defaultPace, null, () => 0);
      return !pool.isTooSlow(0, 50_000 * 60, minute, size);
    };
    expect([fair(100 << 20), fair(1 << 30)]).toEqual([true, false]);
  });

  test('a slow one is tried again later, and each time less often', () => {
    let now = 0;
    const pool = createSourcePool(2, defaultPace, null, () => now);
    for (const rest of [10, 20, 40]) {
      expect(pool.isTooSlow(0, 1000, minute, 1000)).toBe(true);
      now += rest * minute - 1;
      expect(pool.pick(0)).toBe(1);
      now += 1;
      expect(pool.pick(0)).toBe(0);
    }
  });

  test('when all are slow the fastest is kept, and none is left any more', () => {
    const pool = createSourcePool(3, defaultPace, null, () => 0);
    expect(pool.isTooSlow(0, 1000, minute, 1 << 20)).toBe(true);
    expect(pool.isTooSlow(1, 3000, minute, 1 << 20)).toBe(true);
    expect(pool.isTooSlow(2, 2000, minute, 1 << 20)).toBe(false);
    expect(pool.pick(0)).toBe(2);
    pool.fail(2);
    expect(pool.pick(0)).toBe(1);
  });

  test('one that gave wrong bytes is asked after a slow one', () => {
    const pool = createSourcePool(2, defaultPace, null, () => 0);
    pool.distrust(0);
    expect(pool.pick(0)).toBe(1);
    expect(pool.isTooSlow(1, 1000, minute, 1 << 20)).toBe(false);
    expect(pool.pick(0)).toBe(1);
  });
});
