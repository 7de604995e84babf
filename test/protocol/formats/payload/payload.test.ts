import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePayloadHeader } from '../../../../protocol/formats/payload/encode-payload.ts';
import {
  blobDigestLength,
  decodePayloadHeader,
  maxOperationLength,
  type Operation,
  type PlannedOperation,
  payloadParts,
} from '../../../../protocol/formats/payload/payload.ts';

const hex = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const from = fc.nat(2 ** 40);
const length = fc.integer({ min: 1, max: maxOperationLength });
const shared = { part: fc.constant('root' as const), length, sha256: hex };
const none = { blobLength: fc.constant(0), blobDigest: fc.constant(null), firstBlock: fc.constant(0) };
const source = fc.constantFrom('source-root' as const, 'source-boot' as const);
const blobLength = fc.integer({ min: 1, max: 4096 });
const blobDigest = hex.map((text) => text.slice(0, 32));
const drawnOperation = fc.oneof(
  fc.record({ ...shared, ...none, kind: fc.constant('zero' as const), stretch: fc.constant(null) }),
  fc
    .record({ ...shared, ...none, kind: fc.constant('copy' as const), space: source, from })
    .map(({ space, from, ...rest }) => ({ ...rest, stretch: { space, from, length: rest.length } })),
  fc.record({
    ...shared,
    kind: fc.constant('data' as const),
    blobLength,
    blobDigest,
    firstBlock: fc.nat(2 ** 32 - 1),
    stretch: fc.option(fc.record({ space: source, from, length })),
  }),
  fc.record({
    ...shared,
    ...none,
    kind: fc.constant('patch' as const),
    blobLength,
    blobDigest,
    stretch: fc.constant(null),
  }),
);

/** A header whose operations cover every part without gaps. */
const anyHeader = fc
  .record({
    rootHash: hex,
    sourceRootHash: hex.filter((text) => !/^0+$/.test(text)),
    drawn: fc.tuple(...payloadParts.map(() => fc.array(drawnOperation, { maxLength: 5 }))),
  })
  .map(({ rootHash, sourceRootHash, drawn }) => {
    const sizes = { root: 0, boot: 0 };
    const operations: Operation[] = [];
    let blobOffset = 0;
    payloadParts.forEach((part, index) => {
      for (const operation of drawn[index]!) {
        operations.push({ ...operation, part, offset: sizes[part], blobOffset });
        sizes[part] += operation.length;
        blobOffset += operation.blobLength;
      }
    });
    return { rootHash, sourceRootHash, sizes, operations };
  });

interface Sample {
  sizes: { root: number; boot: number };
  rootHash: string;
  sourceRootHash: string | null;
  operations: PlannedOperation[];
}

function sample(change: (header: Sample) => void = () => {}): Buffer {
  const operation = {
    kind: 'data' as const,
    blobLength: 9,
    blobDigest: 'ef'.repeat(16),
    stretch: null,
    firstBlock: 7,
    sha256: 'cd'.repeat(32),
  };
  const header: Sample = {
    sizes: { root: 30, boot: 5 },
    rootHash: 'ab'.repeat(32),
    sourceRootHash: null,
    operations: [
      { ...operation, part: 'root', length: 10 },
      { ...operation, part: 'root', length: 20, stretch: { space: 'target-root', from: 2, length: 8 } },
      { ...operation, part: 'boot', length: 5 },
    ],
  };
  change(header);
  return encodePayloadHeader(header);
}

const first = (fields: Partial<PlannedOperation>) =>
  sample(({ operations }) => Object.assign(operations[0]!, fields));

describe('payload header', () => {
  it('gives back what was laid out', () => {
    fc.assert(
      fc.property(anyHeader, (header) => {
        const bytes = encodePayloadHeader(header);
        expect(decodePayloadHeader(bytes)).toEqual({ ...header, format: 4, headerLength: bytes.length });
      }),
    );
  });

  it('gives back the former format too, which names no blobs', () => {
    fc.assert(
      fc.property(anyHeader, (header) => {
        const bytes = encodePayloadHeader(header, 3);
        const operations = header.operations.map((operation) => ({ ...operation, blobDigest: null }));
        const expected = { ...header, operations, format: 3, headerLength: bytes.length };
        expect(decodePayloadHeader(bytes)).toEqual(expected);
        const digests = header.operations.filter(({ blobDigest }) => blobDigest).length * blobDigestLength;
        expect(encodePayloadHeader(header).length).toBe(bytes.length + digests);
      }),
    );
  });

  it('passes over sections of later builders, and refuses those that end early', () => {
    const bytes = sample();
    const grown = (...more: number[]) => {
      const longer = Buffer.concat([bytes, Buffer.from(more)]);
      longer.writeUInt32LE(longer.length, 8);
      return longer;
    };
    const { operations } = decodePayloadHeader(bytes);
    expect(decodePayloadHeader(grown(7, 3, 1, 2, 3, 9, 0)).operations).toEqual(operations);
    expect(() => decodePayloadHeader(grown(7, 3, 1, 2))).toThrow('ends 1 bytes early');
    expect(() => decodePayloadHeader(grown(7))).toThrow('ends within a number');
  });

  const damages: [string, Buffer, string][] = [
    ['nothing', Buffer.alloc(0), 'no payload header'],
    ['another magic', Buffer.alloc(200), 'no payload header'],
    ['a cut header', sample().subarray(0, -1), 'header of'],
    ['a header that is too long', Buffer.concat([sample(), Buffer.alloc(72)]), 'header of'],
    ['a part that ends early', sample(({ operations }) => operations.pop()), 'boot is covered up to 0 of 5'],
    ['parts out of order', sample(({ operations }) => operations.reverse()), 'out of order'],
    ['an empty operation', first({ length: 0 }), 'yields 0 bytes'],
    [
      'an operation beyond the memory limit',
      first({ length: maxOperationLength + 1 }),
      'yields 4194305 bytes',
    ],
    ['an operation without its blob', first({ blobLength: 0 }), 'a blob of 0 bytes'],
    ['a blob beyond the memory limit', first({ blobLength: 1 << 30 }), 'a blob of 1073741824 bytes'],
    ['a copy from nowhere', first({ kind: 'copy' }), 'no place to copy from'],
    [
      'a copy without a source',
      first({ kind: 'copy', blobLength: 0, stretch: { space: 'source-root', from: 0, length: 10 } }),
      'needs a source',
    ],
    ['a patch without a source', first({ kind: 'patch' }), 'needs a source'],
    [
      'a dictionary that is not there yet',
      first({ stretch: { space: 'target-root', from: 0, length: 1 } }),
      'needs bytes that come later',
    ],
    [
      'a dictionary beyond the memory limit',
      first({ stretch: { space: 'target-root', from: 0, length: maxOperationLength + 1 } }),
      'a dictionary of 4194305 bytes',
    ],
  ];
  for (const [what, bytes, problem] of damages) {
    it(`refuses ${what}`, () => {
      expect(() => decodePayloadHeader(bytes)).toThrow(problem);
    });
  }

  it('refuses sizes that no number holds, and kinds it does not know', () => {
    const huge = sample();
    huge.writeBigUInt64LE(2n ** 60n, 16);
    expect(() => decodePayloadHeader(huge)).toThrow('a size of');
    const odd = sample();
    odd.writeUInt8(0x78, 96);
    expect(() => decodePayloadHeader(odd)).toThrow('no known kind');
  });

  it('never throws anything but payload_invalid on damaged bytes', () => {
    fc.assert(
      fc.property(fc.nat(sample().length - 1), fc.nat(255), (at, value) => {
        const bytes = sample();
        bytes[at] = value;
        try {
          decodePayloadHeader(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'payload_invalid' });
        }
      }),
    );
  });
});
