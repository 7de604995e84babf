import { InterlockError } from '../../errors/interlock-error.ts';
import { type ByteReader, openReader } from './varint.ts';

/**
 * The payload: a header that lists operations, then the blobs of those that have one, in the same order.
 * docs/reference/payload.md has the layout. The hash tree is no part of it: whoever wrote the root computes it.
 */
/** What a header of each format begins with. */
export const magics = { 3: 'ILPAY003', 4: 'ILPAY004' } as const;
/** Number of a payload format. */
export type PayloadFormat = keyof typeof magics;

/** What is written unless somebody asks for the former one, for hosts whose agents read no other. */
export const presentFormat: PayloadFormat = 4;
/** What agents of the former release read. */
export const formerFormat: PayloadFormat = 3;

/** What a payload writes, in this order. */
export const payloadParts = ['root', 'boot'] as const;
/** One of `payloadParts`. */
export type PayloadPart = (typeof payloadParts)[number];

/** Where bytes may be taken from: the image that a delta names, or what the same payload wrote before. */
export const spaces = ['source-root', 'source-boot', 'target-root', 'target-boot'] as const;
/** One of `spaces`. */
export type Space = (typeof spaces)[number];

/** A stretch of a space, in bytes from its start. */
export interface Stretch {
  space: Space;
  from: number;
  length: number;
}

/** What an operation may be, in the order of their numbers. */
export const kinds = ['zero', 'data', 'copy', 'patch'] as const;
/** One of `kinds`. */
export type OperationKind = (typeof kinds)[number];

/** One step of a payload: how a stretch of a part gets its bytes. */
export interface Operation {
  kind: OperationKind;
  part: PayloadPart;
  /** Where its bytes go, in bytes from the start of the part. */
  offset: number;
  length: number;
  /** Where its blob lies, in bytes from the end of the header; `blobLength` is 0 without one. */
  blobOffset: number;
  blobLength: number;
  /** Hex of the first half of the blob's SHA-256, as it travels; null without a blob, and in the former format. */
  blobDigest: string | null;
  /** `copy`: the bytes themselves. `data`: the dictionary of its zstd frame, if it has one. Null otherwise. */
  stretch: Stretch | null;
  /** CRC-32 of the first 4096 bytes it yields, by which an image is searched for them; 0 unless `data`. */
  firstBlock: number;
  /** Hex SHA-256 of the bytes it yields. */
  sha256: string;
}

/** What a payload makes of what, and every step of it. */
export interface PayloadHeader {
  format: PayloadFormat;
  sizes: Record<PayloadPart, number>;
  rootHash: string;
  sourceRootHash: string | null;
  operations: Operation[];
  /** Bytes of the header itself: where the blobs begin. */
  headerLength: number;
}

/** What an operation says in the header; the rest follows from its neighbours. */
export type PlannedOperation = Omit<Operation, 'offset' | 'blobOffset'>;

/** Bytes of a header before its operations. */
export const fixedLength = 96;
const digestLength = 32;
/** Bytes of a blob's digest: nobody finds other bytes for half a SHA-256 either (docs/decisions/0013). */
export const blobDigestLength = 16;
/** The least an operation takes: kind, length, digest. */
const leastRecord = 2 + digestLength;
/** Operations of 128 KiB on the average need half a MiB for each GiB; a size far beyond it is refused unread. */
export const longestHeader = 8 * 1024 * 1024;
/** No operation yields more than this, so memory stays bounded whatever the image. */
export const maxOperationLength = 4 * 1024 * 1024;
/** No dictionary is larger. */
export const maxDictionaryLength = 4 * 1024 * 1024;
/** Bytes that `firstBlock` covers. */
export const firstBlockLength = 4096;
/** The root hash of no source. */
export const nothing = '0'.repeat(64);

/** Reads a header and checks that its operations cover every part once, in order. Throws `payload_invalid`. */
export function decodePayloadHeader(bytes: Buffer): PayloadHeader {
  const format = payloadFormatOf(bytes);
  if (bytes.length < fixedLength || bytes.length > longestHeader)
    throw invalid(`a header of ${bytes.length} bytes`);
  const headerLength = bytes.readUInt32LE(8);
  const count = bytes.readUInt32LE(12);
  if (headerLength !== bytes.length || count > (headerLength - fixedLength) / leastRecord) {
    throw invalid(`header of ${bytes.length} bytes says ${headerLength} and ${count} operations`);
  }
  const source = bytes.toString('hex', 64, 96);
  const header: PayloadHeader = {
    format,
    sizes: { root: readSize(bytes, 16), boot: readSize(bytes, 24) },
    rootHash: bytes.toString('hex', 32, 64),
    sourceRootHash: source === nothing ? null : source,
    operations: [],
    headerLength,
  };
  const reader = openReader(bytes.subarray(fixedLength), invalid);
  const done = { root: 0, boot: 0, blobs: 0 };
  for (let index = 0; index < count; index++) {
    const operation = readOperation(reader, index, done, format);
    checkOperation(operation, index, header);
    done[operation.part] += operation.length;
    done.blobs += operation.blobLength;
    header.operations.push(operation);
  }
  if (format > formerFormat) passSections(reader);
  if (!reader.isAtEnd()) throw invalid('more than its operations');
  for (const part of payloadParts) {
    const size = header.sizes[part];
    if (done[part] !== size) throw invalid(`${part} is covered up to ${done[part]} of ${size}`);
  }
  return header;
}

/** The format of a payload by its first bytes. Throws `payload_invalid`. */
export function payloadFormatOf(bytes: Buffer): PayloadFormat {
  const magic = bytes.subarray(0, 8).toString('latin1');
  const known = ([formerFormat, presentFormat] as const).find((format) => magics[format] === magic);
  if (!known) throw invalid('no payload header of a known format');
  return known;
}

/** Sections are hints of later builders: a reader that does not know one does without it. */
function passSections(reader: ByteReader): void {
  while (!reader.isAtEnd()) {
    reader.number();
    reader.raw(reader.number());
  }
}

/** Whether operations of a kind have a blob of their own. */
export function takesBlob(kind: OperationKind): boolean {
  return kind === 'data' || kind === 'patch';
}

function readOperation(
  reader: ByteReader,
  index: number,
  done: { root: number; boot: number; blobs: number },
  format: PayloadFormat,
): Operation {
  const tag = reader.number();
  const kind = kinds[tag & 3]!;
  const part = payloadParts[(tag >> 2) & 1]!;
  const space = spaces[(tag >> 3) - 1];
  if (tag >> 3 > spaces.length) throw invalid(`operation ${index} is of no known kind`);
  const length = reader.number();
  const blobLength = takesBlob(kind) ? reader.number() : 0;
  const from = space ? reader.number() : 0;
  const taken = space && kind === 'data' ? reader.number() : length;
  const firstBlock = kind === 'data' ? reader.fixed() : 0;
  const isNamed = format > formerFormat && takesBlob(kind);
  const blobDigest = isNamed ? reader.raw(blobDigestLength).toString('hex') : null;
  return {
    kind,
    part,
    offset: done[part],
    length,
    blobOffset: done.blobs,
    blobLength,
    blobDigest,
    stretch: space ? { space, from, length: taken } : null,
    firstBlock,
    sha256: reader.raw(digestLength).toString('hex'),
  };
}

function checkOperation(operation: Operation, index: number, header: PayloadHeader): void {
  const { kind, part, length, blobLength, stretch } = operation;
  const last = header.operations.at(-1);
  const refuse = (problem: string) => invalid(`operation ${index} ${problem}`);
  if (last && payloadParts.indexOf(part) < payloadParts.indexOf(last.part)) throw refuse('is out of order');
  if (length === 0 || length > maxOperationLength) throw refuse(`yields ${length} bytes`);
  if (takesBlob(kind) && (blobLength === 0 || blobLength > 2 * length + 4096)) {
    throw refuse(`has a blob of ${blobLength} bytes`);
  }
  if ((kind === 'copy') !== (stretch !== null) && kind !== 'data') throw refuse('has no place to copy from');
  if (kind === 'patch' && !header.sourceRootHash) throw refuse('needs a source and none is named');
  if (stretch) checkStretch(stretch, operation, header, refuse);
}

function checkStretch(
  { space, from, length }: Stretch,
  { part, offset, kind }: Operation,
  { sizes, sourceRootHash }: PayloadHeader,
  refuse: (problem: string) => InterlockError,
): void {
  if (kind === 'data' && (length === 0 || length > maxDictionaryLength)) {
    throw refuse(`has a dictionary of ${length} bytes`);
  }
  if (isSource(space)) {
    if (!sourceRootHash) throw refuse('needs a source and none is named');
    return;
  }
  if (from + length > writtenBefore(space, part, offset, sizes)) throw refuse('needs bytes that come later');
}

/** Bytes of a target space that are there when an operation at `offset` of `part` begins. */
export function writtenBefore(
  space: Space,
  part: PayloadPart,
  offset: number,
  sizes: PayloadHeader['sizes'],
): number {
  if (space === `target-${part}`) return offset;
  return space === 'target-root' && part === 'boot' ? sizes.root : 0;
}

/** True for the image a delta is made from. */
export function isSource(space: Space): boolean {
  return space.startsWith('source-');
}

function readSize(bytes: Buffer, offset: number): number {
  const value = bytes.readBigUInt64LE(offset);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid(`a size of ${value}`);
  return Number(value);
}

function invalid(problem: string): InterlockError {
  return new InterlockError('payload_invalid', { problem });
}
