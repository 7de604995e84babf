const sectorSize = 512;
/** Code of a boot sector; disk signature and partition table follow it. */
const codeLength = 440;
/** Fields of GRUB's boot.img (include/grub/i386/pc/boot.h). */
const kernelSectorOffset = 0x5c;
const driveCheckOffset = 0x66;
/** The list of sectors at the end of GRUB's diskboot.img. */
const firstListOffset = sectorSize - 12;
const nops = 0x9090;

/** The most bytes of a core image: what GRUB's own tools let lie below the video memory. */
export const longestCore = 0x78000;

/** A loader's boot sector and core image, fitted to the place where the core image lies. */
export interface PlacedLoader {
  /** For the first bytes of the disk, before signature and partition table. */
  code: Buffer;
  core: Buffer;
}

/**
 * Fits a BIOS loader (boot sector, then core image) to a disk whose core image begins at sector `lba`. Returns nothing
 * when the bytes are no such loader. The loader's own code never changes: only where it finds its next part.
 */
export function placeLoader(loader: Uint8Array, lba: number): PlacedLoader | undefined {
  const bytes = Buffer.from(loader);
  const isWhole = bytes.length > 2 * sectorSize && bytes.length <= sectorSize + longestCore;
  if (!isWhole || bytes.readUInt16BE(sectorSize - 2) !== 0x55aa) return undefined;
  const code = bytes.subarray(0, codeLength);
  code.writeBigUInt64LE(BigInt(lba), kernelSectorOffset);
  // some BIOSes call the first disk 0 or 1: the boot sector sets them right unless it is told that it is on a floppy
  code.writeUInt16LE(nops, driveCheckOffset);
  const core = bytes.subarray(sectorSize);
  core.writeBigUInt64LE(BigInt(lba) + 1n, firstListOffset);
  return { code, core };
}
