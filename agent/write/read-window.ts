import type { Space } from '../../protocol/payload.ts';
import type { OpenExtent } from '../slots/extent.ts';
import { giveBack } from './give-back.ts';

/** Reads many short stretches that lie near each other with few calls to the kernel. */
export interface Window {
  /** Fills `into` from `position` of a space on out of what is held; false where that is not all of it. */
  take(space: Space, position: number, into: Buffer): boolean;
  /** The same from the disk. */
  read(space: Space, position: number, into: Buffer): Promise<void>;
  /** Gives its memory back. */
  close(): void;
}

/** Bytes read at once, a quarter of them before what was asked for; longer stretches are read straight to where they go. */
const windowLength = 64 * 1024;
/** Windows held; the one that was of no use for longest goes first. */
const held = 16;

interface Held {
  space: Space;
  position: number;
  bytes: Buffer;
  buffer: Buffer;
  lastUse: number;
}

/** Starts with nothing read; holds a mebibyte at most. */
export function openWindow(extentOf: (space: Space) => OpenExtent): Window {
  const windows: Held[] = [];
  let uses = 0;
  const unused = (): Buffer => {
    if (windows.length < held) return Buffer.allocUnsafeSlow(windowLength);
    const oldest = windows.reduce((one, other) => (other.lastUse < one.lastUse ? other : one));
    windows.splice(windows.indexOf(oldest), 1);
    return oldest.buffer;
  };
  return {
    take(space, position, into) {
      for (const window of windows) {
        const from = position - window.position;
        if (window.space !== space || from < 0 || from + into.length > window.bytes.length) continue;
        window.bytes.copy(into, 0, from, from + into.length);
        window.lastUse = uses++;
        return true;
      }
      return false;
    },
    async read(space, position, into) {
      const extent = extentOf(space);
      if (into.length * 2 >= windowLength || position + into.length > extent.size) {
        await extent.read(position, into.length, into);
        return;
      }
      const start = Math.max(0, position - windowLength / 4);
      const length = Math.min(windowLength, extent.size - start);
      const buffer = unused();
      const bytes = await extent.read(start, length, buffer);
      windows.push({ space, position: start, bytes, buffer, lastUse: uses++ });
      bytes.copy(into, 0, position - start, position - start + into.length);
    },
    close() {
      for (const { buffer } of windows.splice(0)) giveBack(buffer);
    },
  };
}
