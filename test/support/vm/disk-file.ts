import { open } from 'node:fs/promises';
import { decodeGpt, gptLengths } from '../../../protocol/formats/disk/gpt.ts';
import { withFile } from '../../../system/files/durable.ts';
import { run } from '../../../system/process/run.ts';

const sectorSize = 512;

/** Copies a disk, holes and all. */
export async function copyDisk(from: string, to: string): Promise<void> {
  await run('cp', ['--sparse=always', '--reflink=auto', from, to]);
}

/** Where a partition of a raw disk begins, and its length, in bytes; and its unique GUID. */
export async function findPartition(
  disk: string,
  name: string,
): Promise<{ offset: number; size: number; guid: string }> {
  const { head: headLength, tail: tailLength } = gptLengths(sectorSize);
  const { partitions } = await withFile(disk, 'r', async (file) => {
    const { size } = await file.stat();
    const head = await file.read(Buffer.alloc(headLength), 0, headLength, 0);
    const tail = await file.read(Buffer.alloc(tailLength), 0, tailLength, size - tailLength);
    return decodeGpt(head.buffer, tail.buffer, sectorSize);
  });
  const found = partitions.find((partition) => partition.name === name);
  if (!found) throw new Error(`${disk} has no partition ${name}`);
  const { firstLba, lastLba, guid } = found;
  return { offset: firstLba * sectorSize, size: (lastLba - firstLba + 1) * sectorSize, guid };
}

/** Writes a file to the start of a partition. */
export async function writePartition(disk: string, name: string, content: string): Promise<void> {
  const { offset } = await findPartition(disk, name);
  await run('dd', [
    ...[`if=${content}`, `of=${disk}`, 'bs=1M', 'oflag=seek_bytes', `seek=${offset}`],
    ...['conv=notrunc', 'status=none'],
  ]);
}

/** Turns one bit of a disk over. */
export async function flipBit(disk: string, offset: number): Promise<void> {
  const file = await open(disk, 'r+');
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, offset);
    buffer[0]! ^= 1;
    await file.write(buffer, 0, 1, offset);
  } finally {
    await file.close();
  }
}
