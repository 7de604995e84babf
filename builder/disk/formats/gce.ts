import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { About } from './about.ts';
import { pourInto } from './pour.ts';
import type { RawDisk } from './raw-disk.ts';
import { tarBlock, tarBlockOf, tarEnd, tarPadding, writeSize } from './tar-block.ts';

/** What Compute Engine looks for in the archive. */
const name = 'disk.raw';
const piece = 64 * 1024;
const [inHeader, inExtension] = [4, 21];

interface Range {
  offset: number;
  length: number;
}

/**
 * Writes what Compute Engine imports: `disk.raw`, whole GiB, in a gzipped tar of GNU's older form, its holes left out as
 * `tar --sparse` does (GNU tar, "Old GNU Format").
 */
export async function writeGce(disk: RawDisk, out: FileHandle, { time }: About): Promise<void> {
  const ranges: Range[] = [];
  for await (const { index, bytes } of disk.filled(piece)) {
    const last = ranges.at(-1);
    if (last && last.offset + last.length === index * piece) last.length += bytes.length;
    else ranges.push({ offset: index * piece, length: bytes.length });
  }
  const stored = ranges.reduce((sum, { length }) => sum + length, 0);
  const head = headOf(disk.size, stored, ranges, time);
  async function* archive(): AsyncGenerator<Buffer> {
    yield head;
    for await (const { bytes } of disk.filled(piece)) yield bytes;
    yield tarPadding(stored);
    yield tarEnd(head.length + stored + tarPadding(stored).length);
  }
  await pipeline(Readable.from(archive()), createGzip(), pourInto(out));
}

/** Type S: four ranges lie in the header itself, 21 in each block after it, and each says whether another follows. */
function headOf(size: number, stored: number, ranges: readonly Range[], time: number): Buffer {
  const header = tarBlockOf({ name, size: stored, time }, 'oldgnu', (block) => {
    block.write('S', 156, 'latin1');
    writeRanges(block, ranges.slice(0, inHeader), 386);
    block.writeUInt8(ranges.length > inHeader ? 1 : 0, 482);
    writeSize(block, size, 483);
  });
  const blocks = [header];
  for (let at = inHeader; at < ranges.length; at += inExtension) {
    const block = Buffer.alloc(tarBlock);
    writeRanges(block, ranges.slice(at, at + inExtension), 0);
    block.writeUInt8(ranges.length > at + inExtension ? 1 : 0, 504);
    blocks.push(block);
  }
  return Buffer.concat(blocks);
}

function writeRanges(block: Buffer, ranges: readonly Range[], at: number): void {
  for (const [index, { offset, length }] of ranges.entries()) {
    writeSize(block, offset, at + 24 * index);
    writeSize(block, length, at + 24 * index + 12);
  }
}
