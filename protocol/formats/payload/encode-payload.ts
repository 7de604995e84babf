import {
  fixedLength,
  formerFormat,
  kinds,
  magics,
  nothing,
  type PayloadFormat,
  type PayloadHeader,
  type PlannedOperation,
  payloadParts,
  presentFormat,
  spaces,
  takesBlob,
} from './payload.ts';
import { type ByteWriter, openWriter } from './varint.ts';

/** Lays a header out as bytes; the former format leaves the blobs' digests out. */
export function encodePayloadHeader(
  header: {
    sizes: PayloadHeader['sizes'];
    rootHash: string;
    sourceRootHash: string | null;
    operations: readonly PlannedOperation[];
  },
  format: PayloadFormat = presentFormat,
): Buffer {
  const fixed = Buffer.alloc(fixedLength);
  const records = openWriter();
  for (const operation of header.operations) writeOperation(records, operation, format);
  const table = records.bytes();
  fixed.write(magics[format], 0, 'latin1');
  fixed.writeUInt32LE(fixedLength + table.length, 8);
  fixed.writeUInt32LE(header.operations.length, 12);
  payloadParts.forEach((part, index) => {
    fixed.writeBigUInt64LE(BigInt(header.sizes[part]), 16 + 8 * index);
  });
  fixed.write(header.rootHash, 32, 'hex');
  fixed.write(header.sourceRootHash ?? nothing, 64, 'hex');
  return Buffer.concat([fixed, table]);
}

function writeOperation(out: ByteWriter, operation: PlannedOperation, format: PayloadFormat): void {
  const { kind, part, length, blobLength, blobDigest, stretch, firstBlock, sha256 } = operation;
  const space = stretch ? 1 + spaces.indexOf(stretch.space) : 0;
  out.number(kinds.indexOf(kind) | (payloadParts.indexOf(part) << 2) | (space << 3));
  out.number(length);
  if (takesBlob(kind)) out.number(blobLength);
  if (stretch) out.number(stretch.from);
  if (stretch && kind === 'data') out.number(stretch.length);
  if (kind === 'data') out.fixed(firstBlock);
  if (format > formerFormat && takesBlob(kind)) out.raw(Buffer.from(blobDigest!, 'hex'));
  out.raw(Buffer.from(sha256, 'hex'));
}
