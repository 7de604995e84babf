import { crc32 } from 'node:zlib';
import type { PayloadPart } from '../../protocol/payload.ts';

/** A stretch of a part that becomes one operation. */
export interface Extent {
  part: PayloadPart;
  offset: number;
  length: number;
}

/** No operation of a full payload yields more. */
const longest = 1024 * 1024;
/** Files this long are operations of their own; shorter ones are put together. */
const alone = 128 * 1024;
/** One path in so many begins a new group, whatever lies before it: two versions then have most groups in common. */
const oneIn = 8;

/** Cuts a release into operations at its files, so that what two versions share is found again wherever it moved to. */
export function planFull(regions: readonly (Extent & { path: string })[]): Extent[] {
  const extents: Extent[] = [];
  let group: Extent | null = null;
  for (const { part, path, offset, length } of regions) {
    const isAlone = length >= alone;
    const joins =
      group &&
      !isAlone &&
      group.part === part &&
      crc32(path) % oneIn !== 0 &&
      group.length + length <= longest;
    if (group && joins) {
      group.length += length;
      continue;
    }
    group = isAlone ? null : { part, offset, length };
    if (group) extents.push(group);
    else extents.push(...cut({ part, offset, length }));
  }
  return extents;
}

function cut({ part, offset, length }: Extent): Extent[] {
  return Array.from({ length: Math.ceil(length / longest) }, (_, index) => ({
    part,
    offset: offset + index * longest,
    length: Math.min(longest, length - index * longest),
  }));
}
