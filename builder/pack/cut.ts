import { crc32 } from 'node:zlib';

const blockLength = 4096;
/** No piece is shorter, but the last of a part. */
const shortest = 256 * 1024;
/** No piece is longer: bounds what is read and compressed at once. */
export const longestPiece = 2 * 1024 * 1024;
/** One block in so many ends a piece, which makes pieces of 1.2 MiB on the average. */
const oneIn = 256;

/**
 * How many bytes the piece at the front of `bytes` has: it ends behind a block that says so itself (content-defined
 * chunking), so a file that grows or moves changes the pieces it touches and leaves those behind it as they were.
 */
export function cutPiece(bytes: Uint8Array): number {
  const limit = Math.min(bytes.length, longestPiece);
  for (let end = shortest; end < limit; end += blockLength) {
    if (crc32(bytes.subarray(end - blockLength, end)) % oneIn === 0) return end;
  }
  return limit;
}
