import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { longestInput } from './mutate.ts';

/** Before the input: when it began (0 for none), and its length, as numbers of 8 bytes. */
const headLength = 16;

/** An input that is being tried. */
export interface PresentInput {
  /** Of the clock, in milliseconds; 0 while none is tried. */
  began: number;
  input: Buffer;
}

/**
 * Keeps the present input in a file, where it is still to be read when the process that tries it has hung or died of it. The
 * file should lie in memory: it is written for each input.
 */
export function openPresentInput(path: string) {
  const file = openSync(path, 'w+');
  const room = Buffer.alloc(headLength + longestInput);
  const begin = (input: Buffer) => {
    room.writeDoubleLE(Date.now(), 0);
    room.writeDoubleLE(input.length, 8);
    input.copy(room, headLength);
    writeSync(file, room, 0, headLength + input.length, 0);
  };
  const none = Buffer.alloc(8);
  return { begin, end: () => writeSync(file, none, 0, none.length, 0), close: () => closeSync(file) };
}

/** Reads what another process keeps there; null before its first input. */
export function readPresentInput(path: string): PresentInput | null {
  const file = openSync(path, 'r');
  try {
    const room = Buffer.alloc(headLength + longestInput);
    const length = readSync(file, room, 0, room.length, 0);
    if (length < headLength) return null;
    return {
      began: room.readDoubleLE(0),
      input: Buffer.from(room.subarray(headLength, headLength + room.readDoubleLE(8))),
    };
  } finally {
    closeSync(file);
  }
}
