import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { readBack } from './read-back.ts';

/** Hex SHA-256 of a file, or of a part of it, as the disk holds it: a read from the page cache would prove nothing. */
export async function hashFile(path: string, part?: { offset: number; length: number }): Promise<string> {
  const { offset, length } = part ?? { offset: 0, length: (await stat(path)).size };
  const hash = createHash('sha256');
  for await (const bytes of readBack({ path, offset, size: length })) hash.update(bytes);
  return hash.digest('hex');
}
