import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrameSource, packFullPayload } from '../../../builder/payload/pack-full-payload.ts';
import { PayloadRef } from '../../../protocol/documents/release.ts';
import {
  decodePayloadHeader,
  type PayloadPart,
  payloadParts,
} from '../../../protocol/formats/payload/payload.ts';
import { parse } from '../../../protocol/schema/schema.ts';

const mebibyte = 1024 * 1024;
const rootHash = 'ab'.repeat(32);
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'payload-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function files(contents: Record<PayloadPart, Buffer>): Record<PayloadPart, string> {
  for (const part of payloadParts) writeFileSync(join(dir, part), contents[part]);
  return { root: join(dir, 'root'), boot: join(dir, 'boot') };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Applies a full payload the plain way. */
function unpack(payload: Buffer, ref: PayloadRef): Record<PayloadPart, Buffer> {
  const header = decodePayloadHeader(payload.subarray(0, ref.header.size));
  const made = Object.fromEntries(payloadParts.map((part) => [part, Buffer.alloc(header.sizes[part], 0xee)]));
  for (const operation of header.operations) {
    const frame = payload
      .subarray(header.headerLength + operation.blobOffset)
      .subarray(0, operation.blobLength);
    const { stretch } = operation;
    const dictionary = stretch && made[operation.part]!.subarray(stretch.from, stretch.from + stretch.length);
    const options = dictionary ? { dictionary } : {};
    const bytes =
      operation.kind === 'data' ? zstdDecompressSync(frame, options) : Buffer.alloc(operation.length);
    expect(bytes.length).toBe(operation.length);
    expect(sha256(bytes)).toBe(operation.sha256);
    bytes.copy(made[operation.part]!, operation.offset);
  }
  return made as Record<PayloadPart, Buffer>;
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
          for (const part of payloadParts) expect(made[part].equals(contents[part])).toBe(true);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('names zeros and is the same bytes each time', async () => {
    const contents = {
      root: Buffer.concat([Buffer.alloc(2 * mebibyte, 7), Buffer.alloc(9 * mebibyte), randomBytes(4096)]),
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
      ...Array(2).fill('root data 1048576'),
      ...Array(9).fill('root zero 1048576'),
      'root data 4096',
      'boot data 10',
    ]);
  });

  it('packs for releases against what is alike, however far it lies before', async () => {
    const program = randomBytes(2 * mebibyte);
    const changed = Buffer.from(program);
    for (let at = 0; at < changed.length; at += 5000) changed[at]! ^= 1;
    const root = Buffer.concat([program, randomBytes(6 * mebibyte), changed]);
    const contents = { root, boot: Buffer.alloc(10, 2) };
    const ref = await packFullPayload(files(contents), rootHash, join(dir, 'payload.full'), { level: 19 });
    expect(ref.size).toBeLessThan(8.1 * mebibyte);
    expect(unpack(readFileSync(join(dir, 'payload.full')), ref).root.equals(root)).toBe(true);
  });

  it('takes frames again that an earlier build made', async () => {
    const kept = new Map<string, Uint8Array>();
    let made = 0;
    const frames: FrameSource = async (sha256, _level, make) => {
      if (!kept.has(sha256)) {
        kept.set(sha256, await make());
        made++;
      }
      return kept.get(sha256)!;
    };
    const content = randomBytes(8 * mebibyte);
    const before = files({ root: content, boot: Buffer.alloc(1, 1) });
    await packFullPayload(before, rootHash, join(dir, 'payload.full'), { frames });
    expect(made).toBe(9);
    content[6 * mebibyte]! ^= 1;
    const after = files({ root: content, boot: Buffer.alloc(1, 1) });
    const ref = await packFullPayload(after, rootHash, join(dir, 'payload.full'), { frames });
    expect(made).toBe(9 + 1);
    expect(unpack(readFileSync(join(dir, 'payload.full')), ref).root.equals(content)).toBe(true);
  });

  it('leaves nothing behind when a part is missing', async () => {
    const paths = {
      ...files({ root: Buffer.alloc(1), boot: Buffer.alloc(1) }),
      boot: join(dir, 'none'),
    };
    await expect(packFullPayload(paths, rootHash, join(dir, 'payload.gone'))).rejects.toThrow('ENOENT');
    expect(() => readFileSync(join(dir, 'payload.gone'))).toThrow('ENOENT');
  });
});
