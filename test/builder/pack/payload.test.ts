import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrameSource, packFullPayload } from '../../../builder/pack/payload.ts';
import { decodePayloadHeader, type Part, parts } from '../../../protocol/payload.ts';
import { PayloadRef } from '../../../protocol/release.ts';
import { parse } from '../../../protocol/schema.ts';

const mebibyte = 1024 * 1024;
const rootHash = 'ab'.repeat(32);
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'payload-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function files(contents: Record<Part, Buffer>): Record<Part, string> {
  for (const part of parts) writeFileSync(join(dir, part), contents[part]);
  return { root: join(dir, 'root'), verity: join(dir, 'verity'), boot: join(dir, 'boot') };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Applies a full payload the plain way. */
function unpack(payload: Buffer, ref: PayloadRef): Record<Part, Buffer> {
  const header = decodePayloadHeader(payload.subarray(0, ref.header.size));
  const made = Object.fromEntries(parts.map((part) => [part, Buffer.alloc(header.sizes[part], 0xee)]));
  for (const operation of header.operations) {
    const frame = payload.subarray(header.headerLength + operation.from).subarray(0, operation.blobLength);
    const bytes = operation.kind === 'data' ? zstdDecompressSync(frame) : Buffer.alloc(operation.length);
    expect(bytes.length).toBe(operation.length);
    expect(sha256(bytes)).toBe(operation.sha256);
    bytes.copy(made[operation.part]!, operation.offset);
  }
  return made as Record<Part, Buffer>;
}

describe('full payload', () => {
  it('gives back whatever the parts hold', async () => {
    const block = fc.constantFrom('zero', 'random', 'text');
    await fc.assert(
      fc.asyncProperty(
        fc.array(block, { maxLength: 12 }),
        fc.integer({ min: 1, max: 2 * mebibyte }),
        async (blocks, bootSize) => {
          const pieces = {
            zero: Buffer.alloc(mebibyte),
            random: randomBytes(mebibyte),
            text: Buffer.alloc(mebibyte, 'text'),
          };
          const contents = {
            root: Buffer.concat([Buffer.alloc(4096, 1), ...blocks.map((kind) => pieces[kind as 'zero'])]),
            verity: randomBytes(8192),
            boot: Buffer.alloc(bootSize, 'k'),
          };
          const ref = await packFullPayload(files(contents), rootHash, join(dir, 'payload.full'), {
            level: 3,
          });
          const payload = readFileSync(join(dir, 'payload.full'));
          expect(parse(PayloadRef, ref, 'ref')).toMatchObject({
            file: 'payload.full',
            size: payload.length,
            from: null,
          });
          expect(ref.sha256).toBe(sha256(payload));
          expect(ref.header.sha256).toBe(sha256(payload.subarray(0, ref.header.size)));
          const made = unpack(payload, ref);
          for (const part of parts) expect(made[part].equals(contents[part])).toBe(true);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('joins zeros up to 4 MiB and is the same bytes each time', async () => {
    const contents = {
      root: Buffer.concat([Buffer.alloc(2 * mebibyte, 7), Buffer.alloc(9 * mebibyte), randomBytes(4096)]),
      verity: Buffer.alloc(4096, 1),
      boot: Buffer.alloc(10, 2),
    };
    const paths = files(contents);
    const first = await packFullPayload(paths, rootHash, join(dir, 'payload.full'));
    const bytes = readFileSync(join(dir, 'payload.full'));
    const second = await packFullPayload(paths, rootHash, join(dir, 'payload.full'));
    expect(second).toEqual(first);
    expect(readFileSync(join(dir, 'payload.full')).equals(bytes)).toBe(true);
    const { operations, sourceRootHash } = decodePayloadHeader(bytes.subarray(0, first.header.size));
    expect(sourceRootHash).toBeNull();
    expect(operations.map(({ kind, part, length }) => `${part} ${kind} ${length}`)).toEqual([
      'root data 2097152',
      'root zero 4194304',
      'root zero 4194304',
      'root data 1052672',
      'verity data 4096',
      'boot data 10',
    ]);
  });

  it('leaves the pieces as they were behind a file that was put in between, and takes their frames again', async () => {
    const kept = new Map<string, Uint8Array>();
    let made = 0;
    const frames: FrameSource = async (sha256, _level, make) => {
      if (!kept.has(sha256)) {
        kept.set(sha256, await make());
        made++;
      }
      return kept.get(sha256)!;
    };
    const content = randomBytes(24 * mebibyte);
    const before = files({ root: content, verity: Buffer.alloc(1), boot: Buffer.alloc(1) });
    await packFullPayload(before, rootHash, join(dir, 'payload.full'), { frames });
    const pieces = made;
    made = 0;
    const grown = Buffer.concat([content.subarray(0, 4096), randomBytes(8192), content.subarray(4096)]);
    const after = files({ root: grown, verity: Buffer.alloc(1), boot: Buffer.alloc(1) });
    const ref = await packFullPayload(after, rootHash, join(dir, 'payload.full'), { frames });
    expect(pieces).toBeGreaterThan(10);
    expect(made).toBeLessThanOrEqual(3);
    expect(unpack(readFileSync(join(dir, 'payload.full')), ref).root.equals(grown)).toBe(true);
  });

  it('leaves nothing behind when a part is missing', async () => {
    const paths = {
      ...files({ root: Buffer.alloc(1), verity: Buffer.alloc(1), boot: Buffer.alloc(1) }),
      boot: join(dir, 'none'),
    };
    await expect(packFullPayload(paths, rootHash, join(dir, 'payload.gone'))).rejects.toThrow('ENOENT');
    expect(() => readFileSync(join(dir, 'payload.gone'))).toThrow('ENOENT');
  });
});
