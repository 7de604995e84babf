/** Takes numbers and bytes off a buffer in order; what is missing or too large becomes the error it was given. */
export interface ByteReader {
  /** An unsigned LEB128 number up to 2⁵³ − 1. */
  number(): number;
  /** The same with a sign (zigzag). */
  signed(): number;
  /** Four bytes, little endian, unsigned. */
  fixed(): number;
  raw(length: number): Buffer;
  /** Passes over the zero bytes that come next, each of them the number zero, and says how many there were. */
  zeros(): number;
  isAtEnd(): boolean;
}

/** Reads `bytes` from the front; `refuse` makes what is thrown. */
export function openReader(bytes: Buffer, refuse: (problem: string) => Error): ByteReader {
  let offset = 0;
  const reader: ByteReader = {
    number() {
      // nearly every number is one byte, and a patch has a million of them
      const first = bytes[offset];
      if (first !== undefined && first < 128) {
        offset++;
        return first;
      }
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[offset++];
        if (byte === undefined) throw refuse('it ends within a number');
        value += (byte & 127) * scale;
        if (value > Number.MAX_SAFE_INTEGER || scale > 2 ** 49) throw refuse('a number is too large');
        if (byte < 128) return value;
      }
    },
    signed() {
      const value = reader.number();
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    },
    fixed: () => reader.raw(4).readUInt32LE(0),
    raw(length) {
      const end = offset + length;
      if (end > bytes.length) throw refuse(`it ends ${end - bytes.length} bytes early`);
      const part = bytes.subarray(offset, end);
      offset = end;
      return part;
    },
    zeros() {
      const start = offset;
      while (bytes[offset] === 0) offset++;
      return offset - start;
    },
    isAtEnd: () => offset === bytes.length,
  };
  return reader;
}

/** Collects numbers and bytes in order, as `openReader` takes them. */
export interface ByteWriter {
  number(value: number): void;
  signed(value: number): void;
  fixed(value: number): void;
  raw(bytes: Uint8Array): void;
  bytes(): Buffer;
}

/** Starts with nothing and grows. */
export function openWriter(): ByteWriter {
  let buffer = Buffer.alloc(256);
  let length = 0;
  const room = (more: number) => {
    if (length + more <= buffer.length) return;
    const grown = Buffer.alloc(Math.max(buffer.length * 2, length + more));
    buffer.copy(grown, 0, 0, length);
    buffer = grown;
  };
  const writer: ByteWriter = {
    number(value) {
      room(8);
      let rest = value;
      while (rest > 127) {
        buffer[length++] = (rest % 128) | 128;
        rest = Math.floor(rest / 128);
      }
      buffer[length++] = rest;
    },
    signed: (value) => writer.number(value < 0 ? -2 * value - 1 : 2 * value),
    fixed(value) {
      room(4);
      length = buffer.writeUInt32LE(value, length);
    },
    raw(bytes) {
      room(bytes.length);
      buffer.set(bytes, length);
      length += bytes.length;
    },
    bytes: () => buffer.subarray(0, length),
  };
  return writer;
}
