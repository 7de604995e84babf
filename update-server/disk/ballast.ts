import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Disk } from './disk.ts';

/** Bytes on the disk that the database gets when there are no others. */
export interface Ballast {
  isHere(): boolean;
  /** Gives the bytes back to the disk. False when they were given before. */
  drop(): boolean;
  /** Takes them (again) once there is room for them and as much for others. */
  keep(): void;
  /** Takes what there is: a stopped server’s own files went away, and the next start needs their room. */
  hold(): void;
}

const pieceBytes = 1024 * 1024;
/** Taken again once this many times its size is free, so that the next full disk is not made by it. */
const spare = 3;

/** Keeps the file `reserve` in the data folder. */
export function openBallast(
  dataDir: string,
  { free, ballast: size }: Pick<Disk, 'free' | 'ballast'>,
): Ballast {
  const path = join(dataDir, 'reserve');
  return {
    isHere: () => existsSync(path),
    drop() {
      if (!existsSync(path)) return false;
      rmSync(path, { force: true });
      return true;
    },
    keep() {
      if (existsSync(path) || free() < size * spare) return;
      try {
        fill(path, size);
      } catch {
        // somebody took the room in the meantime: the next look tries again
        rmSync(path, { force: true });
      }
    },
    hold() {
      if (existsSync(path)) return;
      try {
        fill(path, Math.min(size, free()));
      } catch {
        // what was written of it stays
      }
    },
  };
}

/** Bytes by chance: a file system that compresses would keep no room for others. */
function fill(path: string, size: number): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    for (let left = size; left > 0; left -= pieceBytes)
      writeSync(file, randomBytes(Math.min(left, pieceBytes)));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
