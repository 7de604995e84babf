import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import {
  isPe32Plus,
  type PeHeaders,
  type PeSection,
  peHeaders,
  peSections,
} from '../../protocol/formats/efi/pe-headers.ts';

/** A section to append: at most 8 characters of name. */
export interface Section {
  name: string;
  content: Uint8Array;
  /** Holds machine code: the kernel. */
  isCode?: boolean;
}

/** A stub with its headers and sections. */
interface PeImage extends PeHeaders {
  bytes: Buffer;
  sections: PeSection[];
}

const sectionHeaderLength = 40;
const pageSize = 4096;
/** Larger than any linker's; file sizes and addresses have 32 bits. */
const maxAlignment = 1 << 24;
const maxAddress = 2 ** 32 - 1;
const symbolsStripped = 0x0008;
/** `DllCharacteristics` in the optional header. */
const characteristicsOffset = 70;
const nxCompatible = 0x0100;
const readOnlyData = 0x40000040;
const readOnlyCode = 0x40000020;

/**
 * Appends sections to a PE image in file and memory order. Refuses, as `bad_input`, what is not a PE32+, what is signed
 * (the signature would break), and an image without room for the headers.
 */
export function appendSections(image: Uint8Array, added: readonly Section[]): Buffer {
  const pe = parsePe(Buffer.from(image));
  refuseSigned(pe);
  const [fileAlignment, sectionAlignment] = [alignmentAt(pe, 36), alignmentAt(pe, 32)];
  const rawEnd = Math.max(...pe.sections.map(({ rawOffset, rawSize }) => rawOffset + rawSize));
  const head = Buffer.from(pe.bytes.subarray(0, rawEnd));
  const pieces: Buffer[] = [head];
  let fileEnd = rawEnd;
  let memoryEnd = Math.max(
    ...pe.sections.map(({ virtualAddress, virtualSize }) => virtualAddress + virtualSize),
  );
  checkRoom(pe, added, rawEnd);
  const grows = added.reduce((sum, { content }) => sum + content.length + sectionAlignment + pageSize, 0);
  const initialized = pe.bytes.readUInt32LE(pe.optionalOffset + 8);
  if (Math.max(memoryEnd, fileEnd, initialized) + grows + fileAlignment * added.length > maxAddress) {
    throw refused('has no addresses left');
  }
  added.forEach(({ name, content, isCode }, index) => {
    const rawOffset = roundUp(fileEnd, fileAlignment);
    const rawSize = roundUp(content.length, fileAlignment);
    const virtualAddress = roundUp(memoryEnd, Math.max(sectionAlignment, pageSize));
    const section = { name, virtualSize: content.length, virtualAddress, rawSize, rawOffset };
    const offset = pe.tableOffset + (pe.sections.length + index) * sectionHeaderLength;
    encodeSection(section, isCode ? readOnlyCode : readOnlyData).copy(head, offset);
    pieces.push(
      Buffer.alloc(rawOffset - fileEnd),
      Buffer.from(content),
      Buffer.alloc(rawSize - content.length),
    );
    fileEnd = rawOffset + rawSize;
    memoryEnd = virtualAddress + content.length;
  });
  const addedSize = added.reduce((sum, { content }) => sum + roundUp(content.length, fileAlignment), 0);
  patchHeaders(head, pe, added.length, addedSize, roundUp(memoryEnd, sectionAlignment));
  return Buffer.concat(pieces);
}

/** Takes the section of this name, all that follow it and any signature off again: what `appendSections` was given. */
export function cutSections(image: Uint8Array, first: string): Buffer {
  const pe = parsePe(Buffer.from(image));
  const index = pe.sections.findIndex(({ name }) => name === first);
  if (index < 1) throw refused(`has no section ${first} behind others`);
  const kept = pe.sections.slice(0, index);
  const bytes = pe.bytes.subarray(0, Math.max(...kept.map(({ rawOffset, rawSize }) => rawOffset + rawSize)));
  const { signatureOffset: p, optionalOffset: o, tableOffset } = pe;
  const cut = pe.sections.slice(index).reduce((sum, { rawSize }) => sum + rawSize, 0);
  bytes.writeUInt16LE(index, p + 6);
  bytes.writeUInt32LE(bytes.readUInt32LE(o + 8) - cut, o + 8);
  bytes.fill(
    0,
    tableOffset + index * sectionHeaderLength,
    tableOffset + pe.sections.length * sectionHeaderLength,
  );
  if (bytes.readUInt32LE(o + 108) > 4) bytes.fill(0, o + 112 + 4 * 8, o + 112 + 5 * 8);
  return bytes;
}

/** Whether an image says that it runs with data pages that cannot be executed; null when it is not a PE image. */
export function isNxCompatible(image: Uint8Array): boolean | null {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  const headers = peHeaders(bytes);
  if (!headers || bytes.length < headers.optionalOffset + 72) return null;
  return (bytes.readUInt16LE(headers.optionalOffset + characteristicsOffset) & nxCompatible) !== 0;
}

/** Clears the flag of an image that has it, in place. */
export function clearNxCompatible(image: Buffer): void {
  const offset = peHeaders(image)!.optionalOffset + characteristicsOffset;
  image.writeUInt16LE(image.readUInt16LE(offset) & ~nxCompatible, offset);
}

function parsePe(bytes: Buffer): PeImage {
  const headers = peHeaders(bytes);
  if (!headers) throw refused('is not a PE image');
  if (bytes.length < headers.optionalOffset + 112) throw refused('ends within its headers');
  if (!isPe32Plus(bytes, headers)) throw refused('is not a PE32+ image');
  const sections = peSections(bytes, headers);
  if (!sections?.length) throw refused('has no sections');
  if (sections.some(({ rawOffset, rawSize }) => rawOffset + rawSize > bytes.length))
    throw refused('is cut short');
  return { ...headers, bytes, sections };
}

function alignmentAt({ bytes, optionalOffset }: PeImage, field: number): number {
  const value = bytes.readUInt32LE(optionalOffset + field);
  const isPower = value > 0 && (value & (value - 1)) === 0;
  if (!isPower || value > maxAlignment) throw refused(`is aligned to ${value} bytes`);
  return value;
}

function refuseSigned({ bytes, optionalOffset }: PeImage): void {
  const directories = bytes.readUInt32LE(optionalOffset + 108);
  if (directories > 4 && bytes.length < optionalOffset + 152) throw refused('ends within its headers');
  const isSigned = directories > 4 && bytes.readUInt32LE(optionalOffset + 112 + 4 * 8 + 4) !== 0;
  if (isSigned) throw refused('is signed; take the unsigned one');
}

/** Headers cannot grow without moving everything behind them. */
function checkRoom(pe: PeImage, added: readonly Section[], rawEnd: number): void {
  const needed = pe.tableOffset + (pe.sections.length + added.length) * sectionHeaderLength;
  const firstRaw = Math.min(
    ...pe.sections.filter(({ rawSize }) => rawSize > 0).map(({ rawOffset }) => rawOffset),
  );
  const room = Math.min(pe.bytes.readUInt32LE(pe.optionalOffset + 60), firstRaw, rawEnd);
  if (needed > room) throw refused(`has no room for ${added.length} more sections`);
  const names = new Set(pe.sections.map(({ name }) => name));
  const twice = added.find(({ name }) => names.has(name));
  if (twice) throw refused(`has a section ${twice.name} already`);
}

function patchHeaders(
  head: Buffer,
  pe: PeImage,
  count: number,
  addedSize: number,
  sizeOfImage: number,
): void {
  const { signatureOffset: p, optionalOffset: o } = pe;
  head.writeUInt16LE(pe.sections.length + count, p + 6);
  head.writeUInt32LE(0, p + 12);
  head.writeUInt32LE(0, p + 16);
  head.writeUInt16LE(head.readUInt16LE(p + 22) | symbolsStripped, p + 22);
  head.writeUInt32LE(head.readUInt32LE(o + 8) + addedSize, o + 8);
  head.writeUInt32LE(sizeOfImage, o + 56);
  head.writeUInt32LE(0, o + 64);
}

function encodeSection(section: PeSection, characteristics: number): Buffer {
  const header = Buffer.alloc(sectionHeaderLength);
  if (section.name.length > 8) throw refused(`cannot hold a section named ${section.name}`);
  header.write(section.name, 0, 'latin1');
  header.writeUInt32LE(section.virtualSize, 8);
  header.writeUInt32LE(section.virtualAddress, 12);
  header.writeUInt32LE(section.rawSize, 16);
  header.writeUInt32LE(section.rawOffset, 20);
  header.writeUInt32LE(characteristics, 36);
  return header;
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

function refused(problem: string): InterlockError {
  return new InterlockError('bad_input', { what: 'EFI stub', problem });
}
