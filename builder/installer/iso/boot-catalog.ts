import { isoBlock } from './volume.ts';

/** An image that firmware starts without emulating a disk. */
export interface BootImage {
  platform: 'bios' | 'uefi';
  block: number;
  /** Sectors of 512 bytes that the firmware loads; 0 leaves it to the file system that is there. */
  sectors: number;
}

const platforms = { bios: 0, uefi: 0xef };
const entryLength = 32;
const bootable = 0x88;
const lastHeader = 0x91;

/** The boot catalog (El Torito 1.0; UEFI 2.10, 13.3.2.1): the first image is the initial entry, each other has a section of its own. */
export function encodeBootCatalog(images: readonly [BootImage, ...BootImage[]]): Buffer {
  const bytes = Buffer.alloc(isoBlock);
  const [first, ...others] = images;
  encodeValidation(first).copy(bytes, 0);
  encodeEntry(first).copy(bytes, entryLength);
  others.forEach((image, index) => {
    const at = (2 + 2 * index) * entryLength;
    bytes.set(
      [index === others.length - 1 ? lastHeader : lastHeader - 1, platforms[image.platform], 1, 0],
      at,
    );
    encodeEntry(image).copy(bytes, at + entryLength);
  });
  return bytes;
}

/** All 16-bit words of it sum up to zero. */
function encodeValidation({ platform }: BootImage): Buffer {
  const entry = Buffer.alloc(entryLength);
  entry.set([1, platforms[platform]]);
  entry.write('Interlock', 4, 'latin1');
  entry.set([0x55, 0xaa], 30);
  let sum = 0;
  for (let at = 0; at < entryLength; at += 2) sum += entry.readUInt16LE(at);
  entry.writeUInt16LE((0x10000 - (sum & 0xffff)) & 0xffff, 28);
  return entry;
}

function encodeEntry({ block, sectors }: BootImage): Buffer {
  const entry = Buffer.alloc(entryLength);
  entry.writeUInt8(bootable, 0);
  entry.writeUInt16LE(sectors, 6);
  entry.writeUInt32LE(block, 8);
  return entry;
}
