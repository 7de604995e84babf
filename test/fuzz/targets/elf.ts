import { elfNeeds } from '../../../builder/tree/elf/elf-needs.ts';
import type { FuzzTarget } from '../target.ts';

/** The least that has an interpreter, a loaded segment and a dynamic section with two libraries. */
function made(): Buffer {
  const file = Buffer.alloc(1024);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(3, 56);
  const segments = [
    [3, 512, 0, 28],
    [1, 0, 0x400000, 1024],
    [2, 600, 0x400258, 64],
  ] as const;
  segments.forEach(([type, offset, address, length], index) => {
    const at = 64 + 56 * index;
    file.writeUInt32LE(type, at);
    file.writeBigUInt64LE(BigInt(offset), at + 8);
    file.writeBigUInt64LE(BigInt(address), at + 16);
    file.writeBigUInt64LE(BigInt(length), at + 32);
  });
  file.write('/lib64/ld-linux-x86-64.so.2\0', 512, 'latin1');
  const dynamic = [
    [1, 1],
    [1, 9],
    [5, 0x400000 + 700],
    [0, 0],
  ] as const;
  dynamic.forEach(([tag, value], index) => {
    file.writeBigUInt64LE(BigInt(tag), 600 + 16 * index);
    file.writeBigUInt64LE(BigInt(value), 608 + 16 * index);
  });
  file.write('\0libc.so\0libm.so\0', 700, 'latin1');
  return file;
}

export const target: FuzzTarget = {
  corpus: () => [made()],
  run: (input) => elfNeeds(input, 'program'),
};
