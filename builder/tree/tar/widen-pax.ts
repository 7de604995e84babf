import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

const block = 512;
const maxPaxLength = 4 * 1024 * 1024;

/**
 * Rewrites the pax headers of a tar so that tar-stream keeps their bytes: it decodes values as UTF-8, which
 * destroys binary extended attributes. Here each byte becomes the UTF-8 form of U+0000…U+00FF, so what tar-stream
 * hands out are binary strings (`Buffer.from(value, 'latin1')` gives the bytes back). Everything else passes as it is.
 */
export async function* widenPax(tar: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const input = new ByteQueue(tar);
  try {
    yield* widen(input);
  } finally {
    await input.close();
  }
}

async function* widen(input: ByteQueue): AsyncGenerator<Buffer> {
  let sizeOfNext: number | undefined;
  for (let isEnded = false; ; ) {
    const header = await input.take(block);
    if (header.length < block) {
      // a tar that was cut between two entries would be a smaller tree, and nobody would know
      if (!isEnded) throw damaged('ends without an end mark: it was cut');
      yield header;
      return;
    }
    isEnded ||= header.every((byte) => byte === 0);
    const type = String.fromCharCode(header[156] ?? 0);
    const size = headerSize(header);
    if (type === 'x' || type === 'g') {
      if (!(size <= maxPaxLength)) throw damaged(`a pax header of ${size} bytes`);
      const records = splitRecords((await input.take(roundUp(size))).subarray(0, size));
      sizeOfNext = paxSize(records) ?? sizeOfNext;
      const wide = Buffer.concat(records.map(widenRecord));
      yield withSize(header, wide.length);
      yield Buffer.concat([wide, Buffer.alloc(roundUp(wide.length) - wide.length)]);
      continue;
    }
    yield withMtime(header);
    const isLongName = type === 'L' || type === 'K';
    let left = type === '5' ? 0 : roundUp(isLongName ? size : (sizeOfNext ?? size));
    if (!isLongName) sizeOfNext = undefined;
    while (left > 0) {
      const chunk = await input.some(left);
      if (chunk.length === 0) return;
      left -= chunk.length;
      yield chunk;
    }
  }
}

/** Hands out a stream's bytes in the lengths asked for. */
class ByteQueue {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** At most `most` bytes, none at the end. */
  async some(most: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done) return this.#rest;
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    const taken = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** Closes the file behind it: a reader may stop early. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Exactly `length` bytes, fewer at the end only. */
  async take(length: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let left = length; left > 0; ) {
      const piece = await this.some(left);
      if (piece.length === 0) break;
      pieces.push(piece);
      left -= piece.length;
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }
}

/** Records of a pax header without their length prefix: `key=value\n` each (POSIX pax, Extended Header). */
function splitRecords(body: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : decimal(body.toString('latin1', at, Math.min(space, at + 20)));
    if (!(length > space - at + 1 && at + length <= body.length) || body[at + length - 1] !== 0x0a) {
      throw damaged('a pax record of no sane length');
    }
    records.push(body.subarray(space + 1, at + length));
    at += length;
  }
  return records;
}

function widenRecord(record: Buffer): Buffer {
  const text = Buffer.from(record.toString('latin1'), 'utf8');
  let length = text.length + 2;
  while (length !== text.length + 1 + `${length}`.length) length = text.length + 1 + `${length}`.length;
  return Buffer.concat([Buffer.from(`${length} `, 'latin1'), text]);
}

function paxSize(records: Buffer[]): number | undefined {
  const record = records.findLast((candidate) => candidate.subarray(0, 5).toString('latin1') === 'size=');
  if (!record) return undefined;
  const size = decimal(record.toString('latin1', 5, record.length - 1));
  if (!Number.isSafeInteger(size)) throw damaged('a pax size that is not a number');
  return size;
}

/** Digits alone: what else JavaScript takes for a number, tar readers read in their own ways. */
function decimal(text: string): number {
  return /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
}

function headerSize(header: Buffer): number {
  if (header[124] === 0x80) return exact(header.readBigUInt64BE(128));
  const digits = header.toString('latin1', 124, 136).replace(/[\0 ].*$/s, '');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function exact(size: bigint): number {
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(`an entry of ${size} bytes`);
  return Number(size);
}

/** tar-stream reads a negative base-256 time as one second late: it takes the ones' complement for the two's. */
function withMtime(header: Buffer): Buffer {
  if (header[136] !== 0xff) return header;
  const changed = Buffer.from(header);
  changed.writeBigInt64BE(changed.readBigInt64BE(140) - 1n, 140);
  return withChecksum(changed);
}

function withSize(header: Buffer, size: number): Buffer {
  const changed = Buffer.from(header);
  changed.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  return withChecksum(changed);
}

function withChecksum(changed: Buffer): Buffer {
  changed.fill(0x20, 148, 156);
  const sum = changed.reduce((total, byte) => total + byte, 0);
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return changed;
}

function roundUp(size: number): number {
  return Math.ceil(size / block) * block;
}

function damaged(problem: string): InterlockError {
  return new InterlockError('bad_input', { what: 'tar', problem });
}
