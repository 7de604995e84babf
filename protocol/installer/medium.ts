import { type Static, Type } from 'typebox';
import { Arch, Bytes, parseJson, Sha256, strict, Version, Word } from '../schema/schema.ts';

/** Where a medium keeps what is installed, and where the live system shows it; names that ISO 9660 can hold in capitals. */
export const mediumFolder = 'interlock';

/** The files of that folder. */
export const mediumFiles = {
  manifest: 'medium.json',
  root: 'root.img',
  verity: 'verity.img',
  parts: 'parts.img',
  table: 'table.img',
} as const;

/** Beside them in what the network brings: the command line of the boot program, for a loader that gives it another. */
export const ownCommandLine = 'cmdline';

/** What a BIOS's loader reads from a medium; nothing checks it before the kernel runs. */
export const biosFiles = {
  image: 'grub.img',
  config: 'medium.cfg',
  kernel: 'linux.img',
  initrd: 'initrd.img',
} as const;

/** The live system's own view of its medium. */
export const liveMedium = '/run/interlock/medium/interlock';

/** Is there in a live system; the initrd writes it. */
export const liveFile = '/run/interlock/live';

/** Says to the initrd that the root comes from a medium, and which: the hex SHA-256 of the medium's manifest. */
export const liveParameter = 'interlock.live';

/** Bytes in front of a disk that belong to no partition: the table, and what the installer notes. */
export const frontLength = 1024 * 1024;

/** Where the installer notes by which order a disk was made: a sector in front of the first partition. */
export const recordPlace = 512 * 1024;

/** A run of bytes on the target disk. */
const Place = Type.Tuple([Bytes, Bytes]);

const file = { size: Bytes, sha256: Sha256 };

/**
 * What a medium installs, cut out of the first-install disk that the builder made: an installed disk has the same bytes.
 * Slot b and the rest of slot a are not in it, nothing reads them before it writes them.
 */
export const Medium = strict({
  format: Type.Literal(1),
  release: strict({ name: Word, version: Version, arch: Arch, rootHash: Sha256 }),
  /** Of the first-install disk. */
  disk: strict({ size: Bytes, sectorSize: Bytes }),
  root: strict({ ...file, at: Bytes }),
  verity: strict({ ...file, at: Bytes }),
  /** Everything else that is not zero: where its bytes go, one place after the other. */
  parts: strict({ ...file, places: Type.Array(Place) }),
  /** Where zeros must be, whatever was there. */
  zeros: Type.Array(Place),
  /** The partition table: `head` bytes for the disk's start, the others end at `disk.size`. */
  table: strict({ ...file, head: Bytes }),
});
export type Medium = Static<typeof Medium>;

/** Reads a medium's manifest. Throws `bad_input`. */
export function parseMedium(text: string | Uint8Array): Medium {
  return parseJson(Medium, text, mediumFiles.manifest, 'bad_input');
}

/** The ISO 9660 volume that holds a release, by its root hash; at most 32 characters. */
export function volumeName(rootHash: string): string {
  return `INTERLOCK_${rootHash.slice(0, 16).toUpperCase()}`;
}
