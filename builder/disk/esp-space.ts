import { entryRoom } from '../../protocol/boot/esp.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { chooseGeometry } from './fat32/geometry.ts';

const mebibyte = 1024 * 1024;
const sectorSize = 512;
/** MiB: a FAT32 of fewer is none. */
const smallest = 34;

/**
 * Refuses an EFI system partition that has no room for the next boot file beside these files: the first update would
 * find none. Sizes in bytes. Throws `esp_too_small` with the smallest size that will do.
 */
export function checkEspSpace(files: ReadonlyMap<string, Uint8Array>, bootSize: number, size: number): void {
  if (fits(files, bootSize, size)) return;
  let needed = Math.max(Math.ceil(size / mebibyte), smallest);
  while (!fits(files, bootSize, needed * mebibyte)) needed++;
  throw new InterlockError('esp_too_small', { size, boot: bootSize, needed });
}

function fits(files: ReadonlyMap<string, Uint8Array>, bootSize: number, size: number): boolean {
  if (size < smallest * mebibyte) return false;
  const { clusters, clusterSize } = chooseGeometry(size, sectorSize);
  const folders = new Set([...files.keys()].flatMap(foldersOf));
  const lengths = [...files.values()].map(({ length }) => length);
  const used = [...lengths, bootSize, entryRoom].reduce(
    (sum, length) => sum + Math.ceil(length / clusterSize),
    0,
  );
  return used + folders.size + 1 <= clusters;
}

function foldersOf(path: string): string[] {
  const names = path.split('/');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
}
