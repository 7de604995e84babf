import { type FileHandle, open } from 'node:fs/promises';

const sectorSize = 512;

/** What became of one write that nobody flushed. */
type Fate = 'kept' | 'lost' | 'torn';

/** A disk file with a cache that forgets: what was not flushed may be lost, torn or overtaken when power is cut. */
export interface VolatileDisk {
  size: number;
  read(offset: number, length: number): Promise<Buffer>;
  /** `isFlushed`: it survives whatever happens next (force unit access). */
  write(offset: number, data: Buffer, isFlushed: boolean): Promise<void>;
  /** Bytes written into a range so far, counting each write that begins there. */
  written(offset: number, length: number): number;
  /** Everything written so far survives. */
  flush(): void;
  /** Decides by `random` (0 to below 1) which unflushed writes reached the disk; gives how many met which fate. */
  powerCut(random: () => number): Promise<Record<Fate, number>>;
  close(): Promise<void>;
}

/** A write since the last flush, with what its sectors held before. */
interface Unflushed {
  offset: number;
  data: Buffer;
  before: Buffer;
}

/** Opens a disk file; writes go straight into it, and a power cut takes some back. */
export async function openVolatileDisk(path: string): Promise<VolatileDisk> {
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  let unflushed: Unflushed[] = [];
  const writes: { offset: number; length: number }[] = [];

  const read = async (offset: number, length: number) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    if (bytesRead !== length) throw new RangeError(`read of ${length} bytes at ${offset} of ${size}`);
    return buffer;
  };

  return {
    size,
    read,
    async write(offset, data, isFlushed) {
      if (offset % sectorSize || data.length % sectorSize) throw new RangeError('a write of half a sector');
      if (!isFlushed) unflushed.push({ offset, data, before: await read(offset, data.length) });
      else unflushed = unflushed.flatMap((write) => without(write, offset, data.length));
      writes.push({ offset, length: data.length });
      await writeAll(file, data, offset);
    },
    written: (offset, length) =>
      writes
        .filter((write) => write.offset >= offset && write.offset < offset + length)
        .reduce((sum, write) => sum + write.length, 0),
    flush() {
      unflushed = [];
    },
    async powerCut(random) {
      const fates = { kept: 0, lost: 0, torn: 0 };
      const sectors = new Map<number, Buffer>();
      for (const { before, offset } of unflushed.toReversed()) setSectors(sectors, offset, before);
      for (const { data, offset } of unflushed) {
        const fate = drawFate(random);
        fates[fate]++;
        if (fate === 'lost') continue;
        setSectors(sectors, offset, data, () => fate === 'kept' || random() < 0.5);
      }
      for (const [offset, content] of sectors) await writeAll(file, content, offset);
      unflushed = [];
      return fates;
    },
    close: () => file.close(),
  };
}

/** In place of chance: nothing of what was not flushed reached the disk. */
export const loseAll = () => 0.5;

function drawFate(random: () => number): Fate {
  const drawn = random();
  if (drawn < 0.45) return 'kept';
  return drawn < 0.9 ? 'lost' : 'torn';
}

function setSectors(
  sectors: Map<number, Buffer>,
  offset: number,
  data: Buffer,
  isKept: () => boolean = () => true,
): void {
  for (let at = 0; at < data.length; at += sectorSize) {
    if (isKept()) sectors.set(offset + at, data.subarray(at, at + sectorSize));
  }
}

/** The parts of a write outside a range. */
function without(write: Unflushed, offset: number, length: number): Unflushed[] {
  const { data, before } = write;
  const part = (from: number, to: number): Unflushed[] =>
    from < to
      ? [{ offset: write.offset + from, data: data.subarray(from, to), before: before.subarray(from, to) }]
      : [];
  const first = Math.min(Math.max(offset - write.offset, 0), data.length);
  const last = Math.min(Math.max(offset + length - write.offset, first), data.length);
  return [...part(0, first), ...part(last, data.length)];
}

async function writeAll(file: FileHandle, data: Buffer, offset: number): Promise<void> {
  const { bytesWritten } = await file.write(data, 0, data.length, offset);
  if (bytesWritten !== data.length)
    throw new Error(`only ${bytesWritten} of ${data.length} bytes were written`);
}
