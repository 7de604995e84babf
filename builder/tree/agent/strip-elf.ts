import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

const magic = '\x7fELF';
const is64 = 2;
const isLittleEndian = 1;
const loaded = 1;

/**
 * Cuts off what no segment loads: symbols, debug data and the section table. Takes a 64-bit little-endian program
 * (System V ABI, "ELF Header" and "Program Header"); the same program always gives the same bytes.
 */
export function stripElf(program: Uint8Array): Buffer {
  const bytes = Buffer.from(program);
  if (bytes.toString('latin1', 0, 4) !== magic || bytes[4] !== is64 || bytes[5] !== isLittleEndian) {
    throw new InterlockError('bad_input', { what: 'program', problem: 'is not a 64-bit ELF file' });
  }
  const headersAt = Number(bytes.readBigUInt64LE(32));
  const [headerLength, count] = [bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  let end = headersAt + headerLength * count;
  for (let at = headersAt; at < headersAt + headerLength * count; at += headerLength) {
    if (bytes.readUInt32LE(at) !== loaded) continue;
    const [offset, size] = [bytes.readBigUInt64LE(at + 8), bytes.readBigUInt64LE(at + 32)];
    end = Math.max(end, Number(offset + size));
  }
  bytes.writeBigUInt64LE(0n, 40);
  bytes.fill(0, 58, 64);
  return bytes.subarray(0, end);
}
