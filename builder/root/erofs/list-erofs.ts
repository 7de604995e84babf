import type { FileHandle } from 'node:fs/promises';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { openErofs, problemOf } from './open-erofs.ts';
import { erofsBlock, inodeTypes, walkErofs } from './walk-erofs.ts';

/** A named range of an image: a file's content, or what is between files. */
export interface Listed {
  /** Path without a leading `/`; what is not a file has a name that begins with `#`. */
  path: string;
  offset: number;
  length: number;
}

/**
 * Lists the files of a root image that this builder wrote, in the order they lie in. A hard link is listed under its first
 * name; a file's last block belongs to it whole. Throws `bad_input` for other images.
 */
export async function listErofs(file: FileHandle): Promise<Listed[]> {
  try {
    return await list(file);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new InterlockError('bad_input', { what: 'root.erofs', problem: problemOf(cause) }, { cause });
  }
}

async function list(file: FileHandle): Promise<Listed[]> {
  const image = await openErofs(file);
  const found = new Map<number, Listed>();
  for (const { path, node } of walkErofs(image)) {
    if ((node.mode & inodeTypes.mask) !== inodeTypes.file || node.size === 0) continue;
    const offset = node.value * erofsBlock;
    if (!found.has(offset))
      found.set(offset, { path, offset, length: Math.ceil(node.size / erofsBlock) * erofsBlock });
  }
  const { metaAt, size } = image;
  return [
    { path: '#superblock', offset: 0, length: erofsBlock },
    ...[...found.values()].sort((a, b) => a.offset - b.offset),
    { path: '#metadata', offset: metaAt, length: size - metaAt },
  ];
}
