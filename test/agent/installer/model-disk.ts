import { createHash } from 'node:crypto';
import type { Source, SourceFile } from '../../../agent/installer/source.ts';
import type { Target } from '../../../agent/installer/target.ts';
import type { Medium } from '../../../protocol/installer/medium.ts';

/** Thrown where the power went away. */
export class PowerCut extends Error {}

/** Draws a number from 0 to `max`. */
export type Draw = (max: number) => number;

const sectorLength = 512;

/** A disk in memory with a cache that forgets. */
export interface ModelDisk extends Target {
  /** What the disk holds after a restart. */
  bytes: Buffer;
  /** The power stays for so many more writes. */
  cutAfter(writes: number): void;
  /** Each unflushed write is there, partly there, or lost, in any order. */
  restart(draw: Draw): void;
}

export function createModelDisk(bytes: Buffer): ModelDisk {
  let pending: { at: number; bytes: Buffer }[] = [];
  let left = Number.POSITIVE_INFINITY;
  const use = () => {
    if (left <= 0) throw new PowerCut();
  };
  return {
    bytes,
    size: bytes.length,
    async write(at, content) {
      use();
      pending.push({ at, bytes: Buffer.from(content) });
      left--;
      use();
    },
    async sync() {
      use();
      for (const one of pending) one.bytes.copy(bytes, one.at);
      pending = [];
    },
    async *readBack(at, length) {
      use();
      if (pending.length > 0) throw new Error('read back before it was flushed');
      yield bytes.subarray(at, at + length);
    },
    close: async () => {},
    cutAfter(writes) {
      left = writes;
    },
    restart(draw) {
      for (const one of pending) tear(bytes, one, draw);
      pending = [];
      left = Number.POSITIVE_INFINITY;
    },
  };
}

/** Sectors reach the disk or not, each by itself; one of them may end in the middle. */
function tear(disk: Buffer, { at, bytes }: { at: number; bytes: Buffer }, draw: Draw): void {
  const fate = draw(3);
  if (fate === 0) return;
  if (fate === 1) {
    bytes.copy(disk, at);
    return;
  }
  const end = draw(bytes.length);
  bytes.copy(disk, at, 0, end);
  if (fate === 3 && bytes.length > 2 * sectorLength) {
    const from = draw(Math.floor(bytes.length / sectorLength) - 1) * sectorLength;
    bytes.copy(disk, at + from, from);
  }
}

/** A source that keeps its files in memory. */
export function memorySource(medium: Medium, files: Record<SourceFile, Buffer>): Source {
  return {
    medium,
    async *read(name) {
      yield files[name];
    },
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
