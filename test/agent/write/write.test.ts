import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fullPayload } from '../../../protocol/documents/release.ts';
import { decodeVeritySuperblock } from '../../../protocol/formats/disk/verity.ts';
import { decodePayloadHeader } from '../../../protocol/formats/payload/payload.ts';
import type { BlobRequest } from '../../support/host/blob-server.ts';
import { type Bench, dropBench, makeBench, openWriteHost, readAt, type WriteHost } from './bench-host.ts';

let bench: Bench;
beforeAll(async () => {
  const old = randomBytes(5 << 20);
  const next = Buffer.concat([randomBytes(2 << 20), Buffer.alloc(1 << 20), old.subarray(0, 2_500_000)]);
  bench = await makeBench({ old, next });
});
afterAll(() => dropBench(bench));

const hosts: WriteHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});
async function openHost(misbehave?: (request: BlobRequest) => boolean): Promise<WriteHost> {
  const host = await openWriteHost(bench, misbehave);
  hosts.push(host);
  return host;
}

const superblockOf = async (host: WriteHost) => {
  const { path, offset } = host.storage.slots.b.verity;
  return decodeVeritySuperblock(await readAt(path, offset, 4096));
};
const operations = () => {
  const { header } = fullPayload(bench.next);
  return (host: WriteHost) => decodePayloadHeader(host.payload.subarray(0, header.size)).operations;
};

test('the other slot becomes the release; the running slot stays as it was', async () => {
  const host = await openHost();
  const before = await host.hashSlot('a');
  const steps: string[] = [];
  await host.write({
    onProgress: (step, done, total) => {
      steps.push(`${step} ${done === total ? 'all' : 'some'}`);
    },
  });
  expect(await host.holdsNext()).toBe(true);
  expect(await host.hashSlot('a')).toBe(before);
  expect(new Set(steps)).toEqual(new Set(['download some', 'download all', 'verify some', 'verify all']));
  expect(host.server.requests.length).toBeLessThan(6);
});

test('written once, nothing more is fetched than the header', async () => {
  const host = await openHost();
  await host.write();
  const requests = host.server.requests.length;
  await host.write();
  expect(host.server.requests.length).toBe(requests + 1);
});

test('cut after any operation, the next run fetches only the rest, and no superblock stands before', async () => {
  const host = await openHost();
  const all = operations()(host);
  const { size } = fullPayload(bench.next).header;
  for (let stop = 1; stop <= all.length; stop++) {
    const abort = new AbortController();
    let written = 0;
    const total = all.slice(0, stop).reduce((sum, operation) => sum + operation.length, 0);
    const onProgress = (step: string, done: number) => {
      written = done;
      if (step === 'download' && done >= total) abort.abort(new Error('power'));
    };
    await expect(host.write({ signal: abort.signal, onProgress })).rejects.toThrow('power');
    expect(written).toBeGreaterThanOrEqual(total);
    expect(await superblockOf(host)).toBeNull();
  }
  const requests = host.server.requests.length;
  await host.write();
  expect(await host.holdsNext()).toBe(true);
  const ranges = host.server.requests.slice(requests).map(({ range }) => range);
  expect(ranges).toEqual([`bytes=0-${size - 1}`]);
});

test('a damaged frame is fetched once more, from the next source', async () => {
  const damage = ({ from, to, bytes, serve }: BlobRequest) => {
    if (from === 0) return false;
    const body = Buffer.from(bytes.subarray(from, to));
    body[1000]! ^= 1;
    serve(body);
    return true;
  };
  const host = await openHost(damage);
  const good = await openHost();
  await host.write({ sources: [host.server.url, good.server.url] });
  expect(await host.holdsNext()).toBe(true);
  expect(good.server.requests.length).toBeGreaterThan(0);
});

test('damaged everywhere, it is refused and nothing wrong is written', async () => {
  const host = await openHost(({ from, to, bytes, serve }) => {
    if (from === 0) return false;
    serve(Buffer.alloc(to - from, bytes[from]));
    return true;
  });
  const before = await host.hashSlot('a');
  await expect(host.write()).rejects.toMatchObject({
    code: 'payload_mismatch',
    message: expect.stringContaining(fullPayload(bench.next).sha256),
  });
  expect(await superblockOf(host)).toBeNull();
  const { path, offset } = host.storage.slots.b.root;
  const written = await readAt(path, offset, 1 << 20);
  expect(written.equals(Buffer.alloc(1 << 20))).toBe(true);
  expect(await host.hashSlot('a')).toBe(before);
});

test('a header that the release does not name is refused before anything changes', async () => {
  const host = await openHost(({ from, to, bytes, serve }) => {
    const body = Buffer.from(bytes.subarray(from, to));
    if (from === 0) body[50]! ^= 1;
    serve(body);
    return true;
  });
  const before = await host.hashSlot('b');
  const entries = () => readdirSync(join(host.dir, 'efi/loader/entries'));
  await expect(host.write()).rejects.toMatchObject({ code: 'payload_invalid' });
  expect(await host.hashSlot('b')).toBe(before);
  expect(entries()).toEqual(['interlock-1.conf']);
});

test('a disk that returns other bytes than were written leaves no bootable slot', async () => {
  const host = await openHost();
  const { path, offset } = host.storage.slots.b.root;
  const disk = await open(path, 'r+');
  const flip = (step: string, done: number, total: number) => {
    if (step === 'download' && done === total) void disk.write(Buffer.from('rot'), 0, 3, offset + 300_000);
  };
  await expect(host.write({ onProgress: flip })).rejects.toMatchObject({ code: 'slot_mismatch' });
  await disk.close();
  expect(await superblockOf(host)).toBeNull();
  await host.write();
  expect(await host.holdsNext()).toBe(true);
});

test('bytes that rot after the slot was written are noticed and written again', async () => {
  const host = await openHost();
  await host.write();
  const { path, offset } = host.storage.slots.b.verity;
  const disk = await open(path, 'r+');
  await disk.write(Buffer.from('rot'), 0, 3, offset + 5000);
  await disk.close();
  await host.write();
  expect(await host.holdsNext()).toBe(true);
});

test('before the first byte, the slot’s entry, its mark and its old kernel image are gone', async () => {
  const stale = '0123456789abcdef';
  const host = await openHost(({ from, response }) => {
    if (from > 0) response.destroy();
    return from > 0;
  });
  const esp = join(host.dir, 'efi');
  writeFileSync(join(esp, `EFI/interlock/b-${stale}.efi`), 'old kernel');
  writeFileSync(join(esp, `EFI/interlock/confirmed-2-b-${stale}`), '');
  writeFileSync(
    join(esp, 'loader/entries/interlock-2.conf'),
    `title made 0.9\nsort-key interlock\nversion 2\nlinux /EFI/interlock/b-${stale}.efi\n`,
  );
  await expect(host.write()).rejects.toMatchObject({ code: 'unreachable' });
  expect(readdirSync(join(esp, 'loader/entries'))).toEqual(['interlock-1.conf']);
  expect(existsSync(join(esp, `EFI/interlock/b-${stale}.efi`))).toBe(false);
  expect(existsSync(join(esp, `EFI/interlock/confirmed-2-b-${stale}`))).toBe(false);
});

test('without room for the kernel image nothing is downloaded', async () => {
  const host = await openHost();
  host.storage.bootFiles.free = async () => 1000;
  await expect(host.write()).rejects.toMatchObject({ code: 'space_missing' });
  expect(host.server.requests).toHaveLength(1);
});

test('an ESP without room costs nothing of what the slot still holds, and is named with both numbers', async () => {
  const host = await openHost();
  await host.write();
  const { path, offset } = host.storage.slots.b.root;
  const disk = await open(path, 'r+');
  await disk.write(Buffer.from('rot'), 0, 3, offset + 5000);
  await disk.close();
  const before = await host.hashSlot('b');
  host.storage.bootFiles.free = async () => 1000;
  const { free, needed } = await host.write().catch((error) => error.details);
  expect({ free, isMore: needed > 1000 }).toEqual({ free: 1000, isMore: true });
  expect(await host.hashSlot('b')).toBe(before);
  expect(await superblockOf(host)).not.toBeNull();
});

test('a running slot that cannot be read costs a larger download, and not the update', async () => {
  const host = await openHost();
  const { root } = host.storage.slots.a;
  // reading there fails as a bad block does
  host.storage.slots.a = { ...host.storage.slots.a, root: { ...root, path: '/proc/self/mem', offset: 0 } };
  await host.write();
  expect(await host.holdsNext()).toBe(true);
});

test('the release that runs already is nothing to do', async () => {
  const host = await openHost();
  host.target.rootHash = host.running.rootHash;
  await host.write();
  expect(host.server.requests).toEqual([]);
});

test('a slot that lies over the running one is refused before anything changes', async () => {
  const host = await openHost();
  const before = await host.hashSlot('a');
  const { a, b } = host.storage.slots;
  b.verity = { ...a.root, offset: a.root.offset + a.root.size - 4096 };
  await expect(host.write()).rejects.toMatchObject({ code: 'disk_invalid' });
  expect(await host.hashSlot('a')).toBe(before);
  expect(host.server.requests).toEqual([]);
});

test('an image larger than the slot is refused before anything changes', async () => {
  const host = await openHost();
  host.storage.slots.b.root.size = 1 << 20;
  await expect(host.write()).rejects.toMatchObject({ code: 'image_too_big' });
  expect(readdirSync(join(host.dir, 'efi/EFI/interlock')).length).toBe(1);
});

test('a release folder carried by hand will do', async () => {
  const host = await openHost();
  await host.write({ sources: [`file://${bench.dir}/next/`] });
  expect(await host.holdsNext()).toBe(true);
  expect(host.server.requests).toEqual([]);
});
