import { groupOf, runGroups } from '../../protocol/formats/payload/differences.ts';
import { openWriter } from '../../protocol/formats/payload/varint.ts';

/** Finds where and by how much new bytes differ from old ones of the same length: the streams `addDifferences` takes. */
export function differences(bytes: Buffer, old: Buffer): { gaps: Buffer; values: Buffer } {
  const sizes = new Array<number>(runGroups).fill(0);
  eachRun(bytes, old, (at, end) => {
    sizes[groupOf(end - at)]! += end - at;
  });
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total === 0) return { gaps: Buffer.alloc(0), values: Buffer.alloc(0) };
  const gaps = openWriter();
  for (const size of sizes) gaps.number(size);
  const values = Buffer.alloc(total);
  const nexts = sizes.map((_, group) => sizes.slice(0, group).reduce((sum, size) => sum + size, 0));
  let last = 0;
  eachRun(bytes, old, (start, end) => {
    gaps.number(start - last);
    const group = groupOf(end - start);
    let next = nexts[group]!;
    let borrow = 0;
    for (let at = start; at < end; at++) {
      if (at > start) gaps.number(0);
      const difference = bytes[at]! - old[at]! - borrow;
      values[next++] = difference;
      borrow = difference < 0 ? 1 : 0;
    }
    nexts[group] = next;
    last = end;
  });
  return { gaps: gaps.bytes(), values };
}

function eachRun(bytes: Buffer, old: Buffer, use: (at: number, end: number) => void): void {
  for (let at = 0; at < bytes.length; ) {
    let end = at;
    while (end < bytes.length && bytes[end] !== old[end]) end++;
    if (end > at) use(at, end);
    at = end + 1;
  }
}
