import type { FileHandle } from 'node:fs/promises';
import {
  decodePayloadHeader,
  longestHeader,
  type Operation,
  type PayloadHeader,
} from '../../protocol/formats/payload/payload.ts';
import { readPart } from './part-files.ts';

/** Reads the header of an open payload. Throws `payload_invalid`. */
export async function readPayloadHeader(file: FileHandle): Promise<PayloadHeader> {
  const { size } = await file.stat();
  const start = await readPart(file, 0, Math.min(12, size));
  const length = start.length < 12 ? size : Math.min(start.readUInt32LE(8), size, longestHeader + 1);
  return decodePayloadHeader(await readPart(file, 0, length));
}

/** Reads the blob of one of its operations, as it travels; empty where there is none. */
export function readBlob(
  file: FileHandle,
  { headerLength }: Pick<PayloadHeader, 'headerLength'>,
  { blobOffset, blobLength }: Pick<Operation, 'blobOffset' | 'blobLength'>,
): Promise<Buffer> {
  return readPart(file, headerLength + blobOffset, blobLength);
}
