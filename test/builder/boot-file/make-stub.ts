/** A small PE32+ image with the headers of an EFI stub: two sections, room for more, a leftover symbol table. */
export function makeStub(change: (bytes: Buffer) => void = () => {}): Buffer {
  const bytes = Buffer.alloc(0x400 + 0x200 + 0x200 + 90);
  bytes.write('MZ', 0);
  bytes.writeUInt32LE(0x40, 0x3c);
  const p = 0x40;
  const o = p + 24;
  bytes.write('PE\0\0', p);
  bytes.writeUInt16LE(0x8664, p + 4);
  bytes.writeUInt16LE(2, p + 6);
  bytes.writeUInt32LE(0x800, p + 12);
  bytes.writeUInt32LE(5, p + 16);
  bytes.writeUInt16LE(240, p + 20);
  bytes.writeUInt16LE(0x22, p + 22);
  bytes.writeUInt16LE(0x20b, o);
  bytes.writeUInt32LE(0x1000, o + 16);
  bytes.writeUInt32LE(0x1000, o + 32);
  bytes.writeUInt32LE(0x200, o + 36);
  bytes.writeUInt32LE(0x3000, o + 56);
  bytes.writeUInt32LE(0x400, o + 60);
  bytes.writeUInt32LE(0xdeadbeef, o + 64);
  bytes.writeUInt16LE(10, o + 68);
  bytes.writeUInt16LE(0x160, o + 70);
  bytes.writeUInt32LE(16, o + 108);
  const sections: [string, number, number, number][] = [
    ['.text', 0x1f0, 0x1000, 0x400],
    ['.sbat', 0x111, 0x2000, 0x600],
  ];
  sections.forEach(([name, size, address, rawAt], index) => {
    const at = o + 240 + 40 * index;
    bytes.write(name, at);
    bytes.writeUInt32LE(size, at + 8);
    bytes.writeUInt32LE(address, at + 12);
    bytes.writeUInt32LE(0x200, at + 16);
    bytes.writeUInt32LE(rawAt, at + 20);
    bytes.writeUInt32LE(index === 0 ? 0x60000020 : 0x40000040, at + 36);
  });
  change(bytes);
  return bytes;
}
