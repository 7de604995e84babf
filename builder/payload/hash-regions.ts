import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Region } from './list-regions.ts';
import { type PartFiles, withParts } from './part-files.ts';

/** A region and the SHA-256 (hex) of its bytes without zeros at the end, so that padding makes no difference. */
export type HashedRegion = Region & { sha256: string; size: number };

const readLength = 1024 * 1024;

/** Hashes every region, a mebibyte at a time. */
export function hashRegions(files: PartFiles, regions: readonly Region[]): Promise<HashedRegion[]> {
  return withParts(files, async (parts) => {
    const hashed: HashedRegion[] = [];
    for (const region of regions)
      hashed.push({ ...region, ...(await hashRegion(parts[region.part], region)) });
    return hashed;
  });
}

async function hashRegion(
  file: FileHandle,
  { offset, length }: Region,
): Promise<{ sha256: string; size: number }> {
  const digest = createHash('sha256');
  const piece = Buffer.alloc(Math.min(readLength, length));
  let size = 0;
  let zeros = 0;
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, length - done), offset + done);
    if (bytesRead === 0) throw new Error(`the image ends at ${offset + done}`);
    const end = lengthWithoutZeros(piece.subarray(0, bytesRead));
    if (end > 0) {
      digest.update(Buffer.alloc(zeros));
      digest.update(piece.subarray(0, end));
      size = done + end;
      zeros = 0;
    }
    zeros += bytesRead - end;
    done += bytesRead;
  }
  return { sha256: digest.digest('hex'), size };
}

function lengthWithoutZeros(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end;
}
