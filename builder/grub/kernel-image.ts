const linkAddress = 0x9000;
const allocated = 2;
const noBits = 8;

/** Lays out GRUB's kernel.img, a 32-bit ELF program, as it lies in memory from its link address on; nothing when it is another. */
export function kernelImage(elf: Buffer): Buffer | undefined {
  // ELF, 32 bits, little endian, for the 386
  if (elf.length < 52 || elf.toString('latin1', 0, 6) !== '\x7fELF\x01\x01' || elf.readUInt16LE(18) !== 3)
    return undefined;
  const [table, entryLength, count] = [elf.readUInt32LE(32), elf.readUInt16LE(46), elf.readUInt16LE(48)];
  if (table + entryLength * count > elf.length) return undefined;
  const sections = Array.from({ length: count }, (_, index) => {
    const field = (number: number) => elf.readUInt32LE(table + index * entryLength + 4 * number);
    return { type: field(1), flags: field(2), address: field(3), offset: field(4), size: field(5) };
  });
  const loaded = sections.filter(({ type, flags }) => (flags & allocated) !== 0 && type !== noBits);
  const isPlaced = ({ address, offset, size }: (typeof loaded)[number]) =>
    address >= linkAddress && address + size < linkAddress + 2 ** 20 && offset + size <= elf.length;
  if (loaded.length === 0 || !loaded.every(isPlaced)) return undefined;
  const image = Buffer.alloc(Math.max(...loaded.map(({ address, size }) => address + size)) - linkAddress);
  for (const { address, offset, size } of loaded)
    elf.copy(image, address - linkAddress, offset, offset + size);
  return image;
}
