import type { Space } from '../../protocol/payload.ts';
import type { OpenExtent } from '../slots/extent.ts';
import { giveBack } from './give-back.ts';

/** Reads many short stretches that lie near each other with few calls to the kernel. */
export interface Window {
  /** Fills `into` from `position` of a space on. */
  read(space: Space, position: number, into: Buffer): Promise<void>;
  /** Gives its memory back. */
  close(): void;
}

/** Bytes read at once; longer stretches are read straight to where they go. */
const windowLength = 128 * 1024;
/** Windows held. */
const held = 8;

interface Held {
  space: Space;
  position: number;
  bytes: Buffer;
  buffer: Buffer;
}

/** Starts with nothing read; holds a mebibyte at most. */
export function openWindow(extentOf: (space: Space) => OpenExtent): Window {
  const windows: Held[] = [];
  return {
    async read(space, position, into) {
      const end = position + into.length;
      let found = windows.find(
        (window) =>
          window.space === space &&
          window.position <= position &&
          end <= window.position + window.bytes.length,
      );
      if (!found) {
        const extent = extentOf(space);
        const length = Math.min(windowLength, extent.size - position);
        if (into.length * 2 >= length) {
          await extent.read(position, into.length, into);
          return;
        }
        const oldest = windows.length === held ? windows.shift() : undefined;
        const buffer = oldest?.buffer ?? Buffer.allocUnsafeSlow(windowLength);
        found = { space, position, bytes: await extent.read(position, length, buffer), buffer };
        windows.push(found);
      }
      found.bytes.copy(into, 0, position - found.position, end - found.position);
    },
    close() {
      for (const { buffer } of windows.splice(0)) giveBack(buffer);
    },
  };
}
