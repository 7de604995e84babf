import { posix } from 'node:path';
import { crc32 } from 'node:zlib';
import type { PayloadPart, Stretch } from '../../protocol/formats/payload/payload.ts';
import type { HashedRegion } from './hash-regions.ts';

/** A stretch of a part that becomes one operation. */
export interface Extent {
  part: PayloadPart;
  offset: number;
  length: number;
  /** The same bytes in the root, for files that the boot file repeats. */
  copy?: Stretch;
}

/** No operation of a full payload yields more; the longer ones pack better and are found again less often. */
const longest = { fast: 1024 * 1024, small: 2 * 1024 * 1024 };
/** Files this long are operations of their own; shorter ones are put together. */
const alone = 128 * 1024;
/** One path in so many begins a new group: two versions then have most groups in common. */
const oneIn = 16;
/** A group this long ends with its folder: what changes in one folder takes less of the next one with it. */
const wholeFolder = 32 * 1024;
/** A repeated file shorter than this is packed again with its neighbours. */
const worthCopying = 16 * 1024;

/** Cuts a release into operations at its files, so that what two versions share is found again after it moved. */
export function planFull(regions: readonly HashedRegion[], aim: keyof typeof longest): Extent[] {
  const most = longest[aim];
  const inRoot = new Map(
    regions.filter(({ part }) => part === 'root').map((region) => [region.sha256, region]),
  );
  const extents: Extent[] = [];
  let group: Extent | null = null;
  let folder = '';
  for (const { part, path, offset, length, size, sha256 } of regions) {
    const same = part === 'boot' && size >= worthCopying ? inRoot.get(sha256) : undefined;
    if (same && same.length >= length) {
      group = null;
      extents.push(
        ...cut({ part, offset, length, copy: { space: 'target-root', from: same.offset, length } }, most),
      );
      continue;
    }
    const isAlone = length >= alone;
    const leavesFolder = posix.dirname(path) !== folder;
    folder = posix.dirname(path);
    const begins =
      isAlone || crc32(path) % oneIn === 0 || (leavesFolder && group && group.length >= wholeFolder);
    if (group && !begins && group.part === part && group.length + length <= most) {
      group.length += length;
      continue;
    }
    group = isAlone ? null : { part, offset, length };
    if (group) extents.push(group);
    else extents.push(...cut({ part, offset, length }, most));
  }
  return extents;
}

function cut({ part, offset, length, copy }: Extent, most: number): Extent[] {
  return Array.from({ length: Math.ceil(length / most) }, (_, index) => {
    const done = index * most;
    const piece = { part, offset: offset + done, length: Math.min(most, length - done) };
    if (!copy) return piece;
    return { ...piece, copy: { ...copy, from: copy.from + done, length: piece.length } };
  });
}
