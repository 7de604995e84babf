import { encodeLzma } from './encode-lzma.ts';
import { kernelImage } from './kernel-image.ts';

const sectorSize = 512;
const moduleMagic = 0x676d696d;
/** Kinds of what follows the kernel (include/grub/kernel.h). */
const kinds = { module: 0, archive: 1, commands: 2, prefix: 3 } as const;
/** Without a device: GRUB takes the disk that the BIOS started, and our script learns it by that. */
const prefix = '/boot/grub\0';
/** Fields of lzma_decompress.img (include/grub/offsets.h). */
const compressedSizeOffset = 0x08;
const uncompressedSizeOffset = 0x0c;
/** Number of sectors, in the list at the end of diskboot.img. */
const listedSectorsOffset = sectorSize - 4;

/** Where in the archive the first script is. */
export const scriptPath = '/early.cfg';

/** What GRUB is put together from: files of Debian's grub-pc-bin by their names, and ours. */
export interface GrubInput {
  files: ReadonlyMap<string, Buffer>;
  /** Names of modules, those that others need included. */
  modules: readonly string[];
  /** A cpio archive that GRUB sees as `(memdisk)`; its `scriptPath` runs first. */
  archive: Uint8Array;
}

/**
 * Makes GRUB's core image for a disk, as grub-mkimage(1) lays it out: a sector that loads the rest, the decompressor, and
 * compressed the kernel with its modules. The same input gives the same bytes. Returns nothing when the files are not GRUB's.
 */
export function coreImage({ files, modules, archive }: GrubInput): Buffer | undefined {
  const kernel = kernelImage(files.get('kernel.img') ?? Buffer.alloc(0));
  const first = Buffer.from(files.get('diskboot.img') ?? '');
  const decompressor = Buffer.from(files.get('lzma_decompress.img') ?? '');
  if (!kernel || first.length !== sectorSize || decompressor.length < sectorSize) return undefined;
  const parts = [
    ...modules.map((name) => part(kinds.module, files.get(`${name}.mod`) ?? Buffer.alloc(0))),
    part(kinds.archive, archive, sectorSize),
    part(kinds.commands, Buffer.from(`normal (memdisk)${scriptPath}\n\0`)),
    part(kinds.prefix, Buffer.from(prefix)),
  ];
  const head = Buffer.alloc(12);
  head.writeUInt32LE(moduleMagic, 0);
  head.writeUInt32LE(head.length, 4);
  head.writeUInt32LE(head.length + parts.reduce((sum, { length }) => sum + length, 0), 8);
  const plain = Buffer.concat([kernel, head, ...parts]);
  const packed = encodeLzma(plain);
  decompressor.writeUInt32LE(packed.length, compressedSizeOffset);
  decompressor.writeUInt32LE(plain.length, uncompressedSizeOffset);
  const rest = Buffer.concat([decompressor, packed]);
  first.writeUInt16LE(Math.ceil(rest.length / sectorSize), listedSectorsOffset);
  return Buffer.concat([first, rest]);
}

function part(kind: number, content: Uint8Array, alignment = 4): Buffer {
  const padding = (alignment - (content.length % alignment)) % alignment;
  const head = Buffer.alloc(8);
  head.writeUInt32LE(kind, 0);
  head.writeUInt32LE(head.length + content.length + padding, 4);
  return Buffer.concat([head, content, Buffer.alloc(padding)]);
}
