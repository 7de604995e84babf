/** Bytes of a tar block; everything in a tar is padded to it. */
export const tarBlock = 512;
const magics = { ustar: 'ustar\x0000', oldgnu: 'ustar  \0' };
const largestOctal = 0o77777777777;

/** A file in an archive of a few files with short names. */
export interface TarFile {
  name: string;
  /** Bytes that follow. */
  size: number;
  /** Seconds since 1970. */
  time: number;
}

/**
 * The header of a plain file: POSIX ustar, or GNU's older form, to which `change` adds fields before the checksum is
 * made. A size too large for octal digits is binary, as GNU tar and libarchive read it in both.
 */
export function tarBlockOf(
  { name, size, time }: TarFile,
  form: keyof typeof magics = 'ustar',
  change: (block: Buffer) => void = () => {},
): Buffer {
  if (Buffer.byteLength(name) > 100) throw new RangeError(`the name ${name} is too long for a tar header`);
  const block = Buffer.alloc(tarBlock);
  block.write(name, 0);
  block.write('0000644\0', 100, 'latin1');
  block.write('0000000\0', 108, 'latin1');
  block.write('0000000\0', 116, 'latin1');
  writeSize(block, size, 124);
  writeSize(block, time, 136);
  block.write('0', 156, 'latin1');
  block.write(magics[form], 257, 'latin1');
  block.write('root', 265, 'latin1');
  block.write('root', 297, 'latin1');
  change(block);
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** A number in 12 bytes. */
export function writeSize(block: Buffer, value: number, at: number): void {
  if (value <= largestOctal) {
    block.write(`${value.toString(8).padStart(11, '0')}\0`, at, 'latin1');
    return;
  }
  block.writeUInt8(0x80, at);
  block.writeBigUInt64BE(BigInt(value), at + 4);
}

/** Zeros that bring a content of this length to a whole block. */
export function tarPadding(length: number): Buffer {
  return Buffer.alloc((tarBlock - (length % tarBlock)) % tarBlock);
}

/** What ends an archive; tools pad it to 10 KiB, and so does this. */
export function tarEnd(written: number): Buffer {
  const record = 20 * tarBlock;
  return Buffer.alloc(Math.ceil((written + 2 * tarBlock) / record) * record - written);
}
