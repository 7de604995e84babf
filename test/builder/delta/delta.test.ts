import { hash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addDelta } from '../../../builder/delta/add-delta.ts';
import { delta } from '../../../builder/delta/delta.ts';
import {
  fullPayload,
  type PayloadRef,
  parseRelease,
  type Release,
} from '../../../protocol/documents/release.ts';
import { decodePatch } from '../../../protocol/formats/payload/patch.ts';
import {
  decodePayloadHeader,
  type Operation,
  type Space,
} from '../../../protocol/formats/payload/payload.ts';
import { makeHostRelease } from '../../support/host/make-release.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'delta-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

type Files = Record<string, Buffer>;

let releases = 0;
/** Every made release has a boot file of its own that nothing packs. */
const bootSize = 100_000;

async function release(files: Files, version: string): Promise<{ dir: string; release: Release }> {
  const folder = join(dir, `release-${releases++}`);
  return { dir: folder, release: await makeHostRelease(folder, version, { files: files as never }) };
}

/** Applies a payload the plain way, and checks each operation. */
function applyTo(old: string, next: string, ref: PayloadRef): { root: Buffer; boot: Buffer } {
  const payload = readFileSync(join(next, ref.file));
  expect(hash('sha256', payload)).toBe(ref.sha256);
  const header = decodePayloadHeader(payload.subarray(0, ref.header.size));
  const made = { root: Buffer.alloc(header.sizes.root), boot: Buffer.alloc(header.sizes.boot) };
  const spaces: Record<Space, Buffer> = {
    'source-root': readFileSync(join(old, 'root.erofs')),
    'source-boot': readFileSync(join(old, 'boot.efi')),
    'target-root': made.root,
    'target-boot': made.boot,
  };
  for (const operation of header.operations) {
    const bytes = yieldOf(operation, payload.subarray(header.headerLength + operation.blobOffset), spaces);
    expect(hash('sha256', bytes)).toBe(operation.sha256);
    bytes.copy(made[operation.part], operation.offset);
  }
  return made;
}

function yieldOf(operation: Operation, rest: Buffer, spaces: Record<Space, Buffer>): Buffer {
  const { kind, length, blobLength, stretch } = operation;
  const blob = rest.subarray(0, blobLength);
  const taken = stretch && spaces[stretch.space].subarray(stretch.from, stretch.from + stretch.length);
  if (kind === 'zero') return Buffer.alloc(length);
  if (kind === 'copy') return Buffer.from(taken!);
  if (kind === 'data') return zstdDecompressSync(blob, taken ? { dictionary: taken } : {});
  const { steps, inserts, differ } = decodePatch(blob, length);
  let inserted = 0;
  const bytes = Buffer.concat(
    [...steps].map(({ space, from, length: count }) => {
      if (space) return spaces[space].subarray(from, from + count);
      inserted += count;
      return inserts.subarray(inserted - count, inserted);
    }),
  );
  differ(bytes);
  return bytes;
}

function expectSame(made: { root: Buffer; boot: Buffer }, next: string): void {
  expect(made.root.equals(readFileSync(join(next, 'root.erofs')))).toBe(true);
  expect(made.boot.equals(readFileSync(join(next, 'boot.efi')))).toBe(true);
}

const content = fc.tuple(fc.nat(60_000), fc.nat(255)).map(([length, seed]) => {
  const bytes = Buffer.alloc(length);
  for (let at = 0, state = seed + 1; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
});
const tree = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}[0-9]?$/), content, { maxKeys: 8 });
const change = fc.record({
  put: tree,
  touch: fc.array(fc.tuple(fc.nat(7), fc.nat(60_000), fc.nat(255)), { maxLength: 6 }),
  move: fc.boolean(),
});

test('any tree becomes any other', async () => {
  await fc.assert(
    fc.asyncProperty(tree, change, async (before, { put, touch, move }) => {
      const after: Files = Object.fromEntries(
        Object.entries({ ...before, ...put }).map(([path, bytes]) => [
          move ? `moved/${path}` : path,
          Buffer.from(bytes),
        ]),
      );
      for (const [which, at, value] of touch) {
        const bytes = Object.values(after)[which];
        if (bytes && at < bytes.length) bytes[at] = value;
      }
      const old = await release(before, '1');
      const next = await release(after, '2');
      const ref = await delta(old, next, { level: 3 });
      if (ref) expectSame(applyTo(old.dir, next.dir, ref), next.dir);
    }),
    { numRuns: 6 },
  );
}, 120_000);

test('one small file costs a few kilobytes, wherever the others move to', async () => {
  const big = randomBytes(5 << 20);
  const files = { 'usr/lib/a/library.so': big, 'usr/lib/z/other.so': randomBytes(1 << 20) };
  const old = await release({ ...files, 'usr/lib/b.conf': Buffer.from('one') }, '1');
  const next = await release({ ...files, 'usr/lib/b.conf': Buffer.alloc(9000, 'more of it ') }, '2');
  const ref = await delta(old, next);
  expectSame(applyTo(old.dir, next.dir, ref!), next.dir);
  expect(ref!.size).toBeLessThan(bootSize + 4000);
});

test('a module that moved with its kernel is patched', async () => {
  const old = randomBytes(700_000);
  const changed = Buffer.from(old);
  for (let at = 100; at < changed.length; at += 3001) changed[at]! += 1;
  const first = await release({ 'usr/lib/modules/6.1.0-50/ext4.ko': old }, '1');
  const next = await release({ 'usr/lib/modules/6.1.0-56/ext4.ko': changed }, '2');
  const ref = await delta(first, next);
  expectSame(applyTo(first.dir, next.dir, ref!), next.dir);
  expect(ref!.size).toBeLessThan(bootSize + 5000);
});

test('where nothing is in common there is none', async () => {
  const old = await release({ 'usr/lib/ballast': randomBytes(300_000) }, '1');
  const next = await release({ 'usr/lib/other': randomBytes(300_000) }, '2');
  // the little that both hold, the boot file, is all a delta could save
  const ref = await delta(old, {
    ...next,
    release: { ...next.release, payloads: [{ ...fullPayload(next.release), size: 1 }] },
  });
  expect(ref).toBeNull();
  expect(existsSync(join(next.dir, 'payload.from-1'))).toBe(false);
  expect(existsSync(join(next.dir, 'payload.from-1.part'))).toBe(false);
});

test('two old releases of one version do not share a name', async () => {
  const ballast = randomBytes(400_000);
  const old = await release({ 'usr/lib/ballast': ballast }, '1');
  const rebuilt = await release({ 'usr/lib/ballast': ballast, 'usr/lib/more': randomBytes(9000) }, '1');
  const next = await release({ 'usr/lib/ballast': ballast, 'usr/lib/new': randomBytes(9000) }, '2');
  const made = [await addDelta(old.dir, next.dir), await addDelta(rebuilt.dir, next.dir)];
  const { payloads } = parseRelease(readFileSync(join(next.dir, 'release.json')));
  expect(payloads.slice(1)).toEqual(made);
  expect(made.map((ref) => ref?.file)).toEqual([
    'payload.from-1',
    `payload.from-1-${rebuilt.release.root.verity.rootHash.slice(0, 16)}`,
  ]);
  expectSame(applyTo(old.dir, next.dir, made[0]!), next.dir);
  expectSame(applyTo(rebuilt.dir, next.dir, made[1]!), next.dir);
  // made again, each takes the place of its own
  await addDelta(old.dir, next.dir);
  await addDelta(rebuilt.dir, next.dir);
  const again = parseRelease(readFileSync(join(next.dir, 'release.json'))).payloads;
  expect(new Set(again.map(({ file }) => file))).toEqual(new Set(payloads.map(({ file }) => file)));
});
