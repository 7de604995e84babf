import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodePayloadHeader,
  encodePayloadHeader,
  maxOperationLength,
  type Operation,
  type PayloadHeader,
  parts,
} from '../../protocol/payload.ts';

const hex = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const drawnOperation = fc.record({
  kind: fc.constantFrom('zero', 'data', 'copy', 'patch'),
  length: fc.integer({ min: 1, max: maxOperationLength }),
  from: fc.nat(2 ** 40),
  blobLength: fc.nat(2 ** 30),
  sha256: hex,
});

/** A header whose operations cover every part without gaps. */
const anyHeader = fc
  .record({
    rootHash: hex,
    sourceRootHash: hex.filter((text) => !/^0+$/.test(text)),
    drawn: fc.tuple(...parts.map(() => fc.array(drawnOperation, { maxLength: 5 }))),
  })
  .map(({ rootHash, sourceRootHash, drawn }) => {
    const sizes = { root: 0, verity: 0, boot: 0 };
    const operations: Operation[] = [];
    drawn.forEach((list, index) => {
      for (const operation of list) {
        const part = parts[index]!;
        operations.push({
          ...operation,
          kind: operation.kind as Operation['kind'],
          part,
          offset: sizes[part],
        });
        sizes[part] += operation.length;
      }
    });
    return { rootHash, sourceRootHash, sizes, operations };
  });

function sample(change: (header: Omit<PayloadHeader, 'headerLength'>) => void = () => {}): Buffer {
  const operation = { kind: 'data' as const, from: 0, blobLength: 9, sha256: 'cd'.repeat(32) };
  const header = {
    sizes: { root: 30, verity: 5, boot: 0 },
    rootHash: 'ab'.repeat(32),
    sourceRootHash: null as string | null,
    operations: [
      { ...operation, part: 'root' as const, offset: 0, length: 10 },
      { ...operation, part: 'root' as const, offset: 10, length: 20 },
      { ...operation, part: 'verity' as const, offset: 0, length: 5 },
    ] as Operation[],
  };
  change(header);
  return encodePayloadHeader(header);
}

describe('payload header', () => {
  it('gives back what was laid out', () => {
    fc.assert(
      fc.property(anyHeader, (header) => {
        const bytes = encodePayloadHeader(header);
        expect(decodePayloadHeader(bytes)).toEqual({ ...header, headerLength: bytes.length });
      }),
    );
  });

  const damages: [string, Buffer, string][] = [
    ['nothing', Buffer.alloc(0), 'no payload header'],
    ['another magic', Buffer.alloc(200), 'no payload header'],
    ['a cut header', sample().subarray(0, -1), 'header of'],
    ['a header that is too long', Buffer.concat([sample(), Buffer.alloc(72)]), 'header of'],
    ['a gap', sample((header) => header.operations.splice(0, 1)), 'operation 0 leaves a gap'],
    ['a part that ends early', sample((header) => header.operations.pop()), 'verity is covered up to 0 of 5'],
    ['parts out of order', sample((header) => header.operations.reverse()), 'out of order'],
    [
      'an empty operation',
      sample((header) => Object.assign(header.operations[0]!, { length: 0 })),
      'yields 0 bytes',
    ],
    [
      'an operation beyond the memory limit',
      sample((header) => Object.assign(header.operations[0]!, { length: maxOperationLength + 1 })),
      'yields 4194305 bytes',
    ],
    [
      'a copy without a source',
      sample((header) => Object.assign(header.operations[0]!, { kind: 'copy' })),
      'needs a source',
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
    odd.writeUInt8(9, 104);
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
