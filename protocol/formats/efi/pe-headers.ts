const sectionHeaderLength = 40;
const pe32Plus = 0x20b;

const dosMagic = 'MZ';

/** Offsets in a PE image (Microsoft PE format, "File Headers"). */
export interface PeHeaders {
  /** Of the PE signature, which the COFF header follows. */
  signatureOffset: number;
  optionalOffset: number;
  tableOffset: number;
  sectionCount: number;
}

/** One row of a PE image's section table. */
export interface PeSection {
  name: string;
  virtualSize: number;
  virtualAddress: number;
  rawSize: number;
  rawOffset: number;
}

/** Whether bytes begin as every EFI program does; two of them are enough to tell it from another kind of boot file. */
export function hasDosMagic(image: Buffer): boolean {
  return image.toString('latin1', 0, 2) === dosMagic;
}

/** Finds the headers of a PE image; null when the bytes are not one. */
export function peHeaders(image: Buffer): PeHeaders | null {
  if (image.length < 64 || !hasDosMagic(image)) return null;
  const signatureOffset = image.readUInt32LE(0x3c);
  const optionalOffset = signatureOffset + 24;
  if (optionalOffset > image.length) return null;
  if (image.toString('latin1', signatureOffset, signatureOffset + 4) !== 'PE\0\0') return null;
  return {
    signatureOffset,
    optionalOffset,
    tableOffset: optionalOffset + image.readUInt16LE(signatureOffset + 20),
    sectionCount: image.readUInt16LE(signatureOffset + 6),
  };
}

/** Whether an image is of the 64-bit kind, the only one that the firmware of our hosts starts. */
export function isPe32Plus(image: Buffer, { optionalOffset }: PeHeaders): boolean {
  return image.length >= optionalOffset + 2 && image.readUInt16LE(optionalOffset) === pe32Plus;
}

/** Reads the section table; null when the image ends within it. */
export function peSections(image: Buffer, { tableOffset, sectionCount }: PeHeaders): PeSection[] | null {
  if (tableOffset + sectionCount * sectionHeaderLength > image.length) return null;
  return Array.from({ length: sectionCount }, (_, index) => {
    const offset = tableOffset + index * sectionHeaderLength;
    return {
      name: image.toString('latin1', offset, offset + 8).replace(/\0+$/, ''),
      virtualSize: image.readUInt32LE(offset + 8),
      virtualAddress: image.readUInt32LE(offset + 12),
      rawSize: image.readUInt32LE(offset + 16),
      rawOffset: image.readUInt32LE(offset + 20),
    };
  });
}
