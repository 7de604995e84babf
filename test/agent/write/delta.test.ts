import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { delta } from '../../../builder/delta/delta.ts';
import { fullPayload, type PayloadRef } from '../../../protocol/documents/release.ts';
import { decodePayloadHeader } from '../../../protocol/formats/payload/payload.ts';
import { type Bench, dropBench, makeBench, openWriteHost, type WriteHost } from './bench-host.ts';

let bench: Bench;
let payload: PayloadRef;
beforeAll(async () => {
  const old = randomBytes(6 << 20);
  const next = Buffer.concat([randomBytes(1 << 20), old.subarray(0, 4 << 20)]);
  for (let at = 1_100_000; at < next.length; at += 997) next[at]! += 3;
  bench = await makeBench({ old, next });
  const made = await delta(
    { dir: join(bench.dir, 'old'), release: bench.old },
    { dir: join(bench.dir, 'next'), release: bench.next },
  );
  payload = made!;
});
afterAll(() => dropBench(bench));

let host: WriteHost;
afterEach(() => host.close());

/** Opens a host for which the delta has been made, or not. */
async function openHost(withDelta: boolean): Promise<void> {
  bench.next.payloads = [fullPayload(bench.next), ...(withDelta ? [payload] : [])];
  host = await openWriteHost(bench);
  host.blobs.set(payload.sha256, readFileSync(join(bench.dir, 'next', payload.file)));
}

/** Bytes that were asked of a payload. */
function fetched({ sha256 }: PayloadRef): number {
  return host.server.requests
    .filter(({ path }) => path.endsWith(sha256))
    .map(({ range }) => /(\d+)-(\d+)/.exec(range)!)
    .reduce((sum, [, from, to]) => sum + Number(to) + 1 - Number(from), 0);
}

async function spoil(part: 'root' | 'verity', at: number): Promise<void> {
  const { path, offset } = host.storage.slots.a[part];
  const disk = await open(path, 'r+');
  await disk.write(Buffer.from('rot'), 0, 3, offset + at);
  await disk.close();
}

test('a delta changes what the running slot has and fetches the rest', async () => {
  await openHost(true);
  const before = await host.hashSlot('a');
  await host.write();
  expect(await host.holdsNext()).toBe(true);
  expect(await host.hashSlot('a')).toBe(before);
  expect(fetched(payload)).toBe(payload.size);
  expect(payload.size).toBeLessThan((1 << 20) + 120_000);
  expect(fetched(fullPayload(bench.next))).toBe(0);
});

test('a cut delta goes on where it was', async () => {
  await openHost(true);
  const blob = host.blobs.get(payload.sha256)!;
  const all = decodePayloadHeader(blob.subarray(0, payload.header.size)).operations;
  for (let stop = 1; stop <= all.length; stop++) {
    const total = all.slice(0, stop).reduce((sum, { length }) => sum + length, 0);
    const abort = new AbortController();
    const onProgress = (step: string, done: number) => {
      if (step === 'download' && done >= total) abort.abort(new Error('power'));
    };
    await expect(host.write({ signal: abort.signal, onProgress })).rejects.toThrow('power');
  }
  await host.write();
  expect(await host.holdsNext()).toBe(true);
  expect(fetched(fullPayload(bench.next))).toBe(0);
});

test('where the running slot is not what the delta expects, the full payload takes over', async () => {
  await openHost(true);
  await spoil('root', 2 << 20);
  await host.write();
  expect(await host.holdsNext()).toBe(true);
  expect(fetched(fullPayload(bench.next))).toBeGreaterThan(0);
});
