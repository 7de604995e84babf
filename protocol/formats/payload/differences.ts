import { InterlockError } from '../../errors/interlock-error.ts';
import { type ByteReader, openReader } from './varint.ts';

/**
 * Differences come in runs of neighbouring bytes, mostly addresses that all moved alike, and runs of one length pack best
 * side by side: those of one byte come first, then of two, three and four, then all longer ones.
 */
export const runGroups = 5;

/** Which group holds runs of `length` bytes. */
export function groupOf(length: number): number {
  return Math.min(length, runGroups) - 1;
}

/**
 * Turns old bytes into new ones in place. `gaps`: the bytes in each group, then for each differing byte how many equal ones
 * lie before it; nothing at all where none differ. `values`: the groups' runs; each is a little-endian number to add, with
 * carry within the run, so that an address that moved is the same run wherever it stands. Throws `payload_invalid`; never
 * writes outside.
 */
export function addDifferences(bytes: Buffer, gaps: Buffer, values: Buffer): void {
  if (gaps.length === 0 && values.length === 0) return;
  const reader = openReader(gaps, invalid);
  const { nexts, ends } = readGroups(reader, values.length);
  for (let offset = 0; !reader.isAtEnd(); ) {
    offset += reader.number();
    const length = 1 + reader.zeros();
    const group = groupOf(length);
    const from = nexts[group]!;
    if (offset + length > bytes.length) throw invalid('a difference behind the end');
    if (from + length > ends[group]!) throw invalid('more places than differences');
    let carry = 0;
    for (let index = 0; index < length; index++) {
      carry += bytes[offset + index]! + values[from + index]!;
      bytes[offset + index] = carry;
      carry >>= 8;
    }
    nexts[group] = from + length;
    offset += length;
  }
  if (nexts.some((next, group) => next !== ends[group])) throw invalid('more differences than places');
}

function readGroups(reader: ByteReader, total: number): { nexts: number[]; ends: number[] } {
  const nexts: number[] = [];
  const ends: number[] = [];
  let end = 0;
  for (let group = 0; group < runGroups; group++) {
    nexts.push(end);
    end += reader.number();
    ends.push(end);
  }
  if (end !== total) throw invalid(`groups of ${end} differences, not ${total}`);
  return { nexts, ends };
}

function invalid(problem: string): InterlockError {
  return new InterlockError('payload_invalid', { problem });
}
