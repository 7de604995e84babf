import { InterlockError } from './errors.ts';

/**
 * The payload: a header with one fixed-size record per operation, then the blobs that `data` operations name.
 *
 * Header: magic `ILPAY001` · u32 header length · u32 number of operations · 3 × u64 part sizes (root, verity,
 * boot) · 32 bytes target root hash · 32 bytes source root hash (zero for a full payload) · operations.
 * Operation, 72 bytes: u8 kind · u8 part · u16 zero · u32 target length · u64 target offset · u64 blob or source
 * offset · u32 blob length · u32 zero · 8 zero bytes · 32 bytes SHA-256 of what it yields. Little endian.
 * Blob offsets count from the end of the header. Operations cover root, verity and boot, in that order, without gaps.
 */
export const payloadMagic = 'ILPAY001';

/** What a release writes, in the order it is written. */
export const parts = ['root', 'verity', 'boot'] as const;
export type Part = (typeof parts)[number];

const kinds = ['zero', 'data', 'copy', 'patch'] as const;
export type OperationKind = (typeof kinds)[number];

export interface Operation {
  kind: OperationKind;
  part: Part;
  /** Where its bytes go, in bytes from the start of the part. */
  offset: number;
  length: number;
  /** `data` and `patch`: where the zstd frame lies among the blobs. `copy`: where the bytes lie in the source part. */
  from: number;
  /** Length of the frame; 0 without one. */
  blobLength: number;
  /** Hex SHA-256 of the bytes it yields. */
  sha256: string;
}

export interface PayloadHeader {
  sizes: Record<Part, number>;
  rootHash: string;
  sourceRootHash: string | null;
  operations: Operation[];
  /** Bytes of the header itself: where the blobs begin. */
  headerLength: number;
}

const fixedLength = 104;
const recordLength = 72;
/** No operation yields more than this, so memory stays bounded whatever the image. */
export const maxOperationLength = 4 * 1024 * 1024;
const nothing = '0'.repeat(64);

/** Lays a header out as bytes. */
export function encodePayloadHeader(header: Omit<PayloadHeader, 'headerLength'>): Buffer {
  const bytes = Buffer.alloc(fixedLength + header.operations.length * recordLength);
  bytes.write(payloadMagic, 0, 'latin1');
  bytes.writeUInt32LE(bytes.length, 8);
  bytes.writeUInt32LE(header.operations.length, 12);
  parts.forEach((part, index) => {
    bytes.writeBigUInt64LE(BigInt(header.sizes[part]), 16 + 8 * index);
  });
  bytes.write(header.rootHash, 40, 'hex');
  bytes.write(header.sourceRootHash ?? nothing, 72, 'hex');
  header.operations.forEach((operation, index) => {
    const at = fixedLength + index * recordLength;
    bytes.writeUInt8(kinds.indexOf(operation.kind), at);
    bytes.writeUInt8(parts.indexOf(operation.part), at + 1);
    bytes.writeUInt32LE(operation.length, at + 4);
    bytes.writeBigUInt64LE(BigInt(operation.offset), at + 8);
    bytes.writeBigUInt64LE(BigInt(operation.from), at + 16);
    bytes.writeUInt32LE(operation.blobLength, at + 24);
    bytes.write(operation.sha256, at + 40, 'hex');
  });
  return bytes;
}

/** Reads a header and checks that its operations cover every part once, in order. Throws `payload_invalid`. */
export function decodePayloadHeader(bytes: Buffer): PayloadHeader {
  const magic = bytes.subarray(0, 8).toString('latin1');
  if (bytes.length < fixedLength || magic !== payloadMagic) throw invalid('no payload header');
  const headerLength = bytes.readUInt32LE(8);
  const count = bytes.readUInt32LE(12);
  if (headerLength !== bytes.length || headerLength !== fixedLength + count * recordLength) {
    throw invalid(`header of ${bytes.length} bytes says ${headerLength} and ${count} operations`);
  }
  const [root, verity, boot] = parts.map((_, index) => readSize(bytes, 16 + 8 * index)) as [
    number,
    number,
    number,
  ];
  const source = bytes.toString('hex', 72, 104);
  const header: PayloadHeader = {
    sizes: { root, verity, boot },
    rootHash: bytes.toString('hex', 40, 72),
    sourceRootHash: source === nothing ? null : source,
    operations: Array.from({ length: count }, (_, index) => decodeOperation(bytes, index)),
    headerLength,
  };
  checkCover(header);
  return header;
}

function decodeOperation(bytes: Buffer, index: number): Operation {
  const at = fixedLength + index * recordLength;
  const kind = kinds[bytes.readUInt8(at)];
  const part = parts[bytes.readUInt8(at + 1)];
  if (!kind || !part) throw invalid(`operation ${index} is of no known kind`);
  return {
    kind,
    part,
    length: bytes.readUInt32LE(at + 4),
    offset: readSize(bytes, at + 8),
    from: readSize(bytes, at + 16),
    blobLength: bytes.readUInt32LE(at + 24),
    sha256: bytes.toString('hex', at + 40, at + 72),
  };
}

function checkCover({ operations, sizes, sourceRootHash }: PayloadHeader): void {
  const done: Record<Part, number> = { root: 0, verity: 0, boot: 0 };
  let last = 0;
  operations.forEach((operation, index) => {
    const order = parts.indexOf(operation.part);
    if (order < last) throw invalid(`operation ${index} is out of order`);
    last = order;
    if (operation.offset !== done[operation.part]) throw invalid(`operation ${index} leaves a gap`);
    if (operation.length === 0 || operation.length > maxOperationLength) {
      throw invalid(`operation ${index} yields ${operation.length} bytes`);
    }
    if (!sourceRootHash && (operation.kind === 'copy' || operation.kind === 'patch')) {
      throw invalid(`operation ${index} needs a source and none is named`);
    }
    done[operation.part] += operation.length;
  });
  for (const part of parts) {
    if (done[part] !== sizes[part]) throw invalid(`${part} is covered up to ${done[part]} of ${sizes[part]}`);
  }
}

function readSize(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid(`a size of ${value}`);
  return Number(value);
}

function invalid(problem: string): InterlockError {
  return new InterlockError('payload_invalid', { problem });
}
