import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fullPayload } from '../../../protocol/documents/release.ts';
import { type Bench, dropBench, makeBench, openWriteHost, type WriteHost } from './bench-host.ts';

const megabyte = 1 << 20;
let bench: Bench;
beforeAll(async () => {
  const old = randomBytes(8 * megabyte);
  bench = await makeBench({
    old,
    next: Buffer.concat([old.subarray(0, 5 * megabyte), randomBytes(megabyte)]),
  });
});
afterAll(() => dropBench(bench));

let host: WriteHost;
afterEach(() => host.close());

function fetched(): number {
  return host.server.requests
    .map(({ range }) => /(\d+)-(\d+)/.exec(range)!)
    .reduce((sum, [, from, to]) => sum + Number(to) + 1 - Number(from), 0);
}

test('with no delta made, the running slot gives what it has', async () => {
  host = await openWriteHost(bench);
  await host.write();
  expect(await host.holdsNext()).toBe(true);
  const { size, header } = fullPayload(bench.next);
  expect(size).toBeGreaterThan(6 * megabyte);
  expect(fetched()).toBeLessThan(1.2 * megabyte + header.size);
});

test('a running slot that says nothing of itself, or rots, only costs more bytes', async () => {
  host = await openWriteHost(bench);
  const { root, verity } = host.storage.slots.a;
  const disk = await open(root.path, 'r+');
  await disk.write(Buffer.from('rot'), 0, 3, root.offset + 2 * megabyte);
  await host.write();
  expect(await host.holdsNext()).toBe(true);
  const first = fetched();
  expect(first).toBeGreaterThan(1.9 * megabyte);
  await disk.write(Buffer.alloc(4096), 0, 4096, verity.offset);
  await disk.write(Buffer.alloc(megabyte), 0, megabyte, host.storage.slots.b.root.offset);
  await disk.close();
  await host.write();
  expect(await host.holdsNext()).toBe(true);
});
