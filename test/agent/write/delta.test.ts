import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fullPayload, type PayloadRef } from '../../../protocol/release.ts';
import { type Bench, dropBench, makeBench, openWriteHost, type WriteHost } from './bench-host.ts';
import { makeDelta } from './make-delta.ts';

let bench: Bench;
let delta: PayloadRef;
beforeAll(async () => {
  const old = randomBytes(6 << 20);
  bench = await makeBench({ old, next: Buffer.concat([randomBytes(1 << 20), old.subarray(0, 4 << 20)]) });
  const made = makeDelta(bench.dir, bench.old, bench.next);
  expect(made.copies).toBeGreaterThan(500);
  delta = made.payload;
  bench.next.payloads.push(delta);
});
afterAll(() => dropBench(bench));

let host: WriteHost;
afterEach(() => host.close());

/** Bytes that were asked of a payload. */
function fetched({ server }: WriteHost, { sha256 }: PayloadRef): number {
  return server.requests
    .filter(({ path }) => path.endsWith(sha256))
    .map(({ range }) => /(\d+)-(\d+)/.exec(range)!)
    .reduce((sum, [, from, to]) => sum + Number(to) + 1 - Number(from), 0);
}

test('a delta copies what the running slot has and fetches the rest', async () => {
  host = await openWriteHost(bench);
  host.blobs.set(delta.sha256, readFileSync(join(bench.dir, 'next', delta.file)));
  const before = await host.hashSlot('a');
  await host.write();
  expect(await host.holdsNext()).toBe(true);
  expect(await host.hashSlot('a')).toBe(before);
  expect(fetched(host, delta)).toBeLessThan(fullPayload(bench.next).size / 2);
  expect(fetched(host, fullPayload(bench.next))).toBe(0);
});

test('where the running slot is not what the delta expects, the full payload takes over', async () => {
  host = await openWriteHost(bench);
  host.blobs.set(delta.sha256, readFileSync(join(bench.dir, 'next', delta.file)));
  const { path, offset } = host.storage.slots.a.root;
  const disk = await open(path, 'r+');
  await disk.write(Buffer.from('rot'), 0, 3, offset + (2 << 20));
  await disk.close();
  await host.write();
  expect(await host.holdsNext()).toBe(true);
  expect(fetched(host, fullPayload(bench.next))).toBeGreaterThan(0);
});
