import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Disk } from './disk.ts';

/** A file that is deleted when the disk is full, to give the database its space. */
export interface Ballast {
  isHere(): boolean;
  /** Deletes the file. False when it was gone before. */
  drop(): boolean;
  /** Makes the file again once enough space is free. */
  keep(): void;
  /** Makes it as large as the free space allows: the next start needs what the stopped server's files took. */
  hold(): void;
}

const pieceBytes = 1024 * 1024;
/** It is made again once this many times its size is free, so that it does not fill the disk itself. */
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
        // another program took the space in the meantime: the next look tries again
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

/** Random bytes: a file system that compresses would reserve nothing for others. */
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
