import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { readBack } from './read-back.ts';

/** Hex SHA-256 of a file as the disk holds it: a read from the page cache would prove nothing. */
export async function hashFile(path: string): Promise<string> {
  const { size } = await stat(path);
  const hash = createHash('sha256');
  for await (const bytes of readBack({ path, offset: 0, size })) hash.update(bytes);
  return hash.digest('hex');
}
