/** One value of DER (ITU-T X.690): its tag, its content, and all of its bytes. */
export interface Der {
  tag: number;
  content: Buffer;
  whole: Buffer;
}

/** Splits a content into its values. Throws RangeError when it ends early. */
export function readDer(bytes: Buffer): Der[] {
  return [...valuesOf(bytes)];
}

function* valuesOf(bytes: Buffer): Generator<Der> {
  for (let offset = 0; offset < bytes.length; ) {
    const [length, headerLength] = readLength(bytes, offset + 1);
    const start = offset + 1 + headerLength;
    const end = start + length;
    if (end > bytes.length)
      throw new RangeError(`a value of ${length} bytes at ${offset} ends behind its parent`);
    yield {
      tag: bytes.readUInt8(offset),
      content: bytes.subarray(start, end),
      whole: bytes.subarray(offset, end),
    };
    offset = end;
  }
}

/** The value that a path of positions leads to, whatever follows it. Throws RangeError when there is none. */
export function derAt(bytes: Buffer, path: readonly number[]): Der {
  let found: Der | undefined;
  let content = bytes;
  for (const index of path) {
    found = valuesOf(content).drop(index).next().value;
    if (!found) throw new RangeError('a value is missing');
    content = found.content;
  }
  return found!;
}

function readLength(bytes: Buffer, offset: number): [length: number, headerLength: number] {
  const first = bytes.readUInt8(offset);
  if (first < 0x80) return [first, 1];
  const count = first - 0x80;
  if (count < 1 || count > 4) throw new RangeError(`a length of ${count} bytes`);
  return [bytes.readUIntBE(offset + 1, count), 1 + count];
}
