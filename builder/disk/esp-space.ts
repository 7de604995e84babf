import { entryRoom } from '../../protocol/boot/esp.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { chooseGeometry } from './fat32/geometry.ts';

const mebibyte = 1024 * 1024;
const sectorSize = 512;
/** MiB: a FAT32 of fewer is none. */
const smallest = 34;

/** GRUB loads what lies in the boot file from files of their own: together they are no larger than it. */
export const withExtracted = 2;

/** Files by path: only their lengths matter. */
type Sized = ReadonlyMap<string, { length: number }>;

/**
 * Refuses an EFI system partition that has no room beside these files for what an update brings: the first one would
 * find none. Sizes in bytes. Throws `esp_too_small` with the smallest size that will do.
 */
export function checkEspSpace(files: Sized, update: number, size: number): void {
  if (fits(files, update, size)) return;
  throw new InterlockError('esp_too_small', { size, update, needed: neededEsp(files, update, size) });
}

/** The MiB, of which there are at least `least` bytes, that have room for these files and for what an update brings beside them. */
export function neededEsp(files: Sized, update: number, least = 0): number {
  let needed = Math.max(Math.ceil(least / mebibyte), smallest);
  while (!fits(files, update, needed * mebibyte)) needed++;
  return needed;
}

function fits(files: Sized, update: number, size: number): boolean {
  if (size < smallest * mebibyte) return false;
  const { clusters, clusterSize } = chooseGeometry(size, sectorSize);
  const folders = new Set([...files.keys()].flatMap(foldersOf));
  const lengths = [...files.values()].map(({ length }) => length);
  const used = [...lengths, update, entryRoom].reduce(
    (sum, length) => sum + Math.ceil(length / clusterSize),
    0,
  );
  return used + folders.size + 1 <= clusters;
}

function foldersOf(path: string): string[] {
  const names = path.split('/');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
}
