import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

const readLength = 1024 * 1024;

/** Reads a file once, front to back: its size and SHA-256; `also` gets every chunk. */
export async function digestFile(
  path: string,
  also: (chunk: Buffer) => void = () => {},
): Promise<{ size: number; sha256: string }> {
  const digest = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: readLength })) {
    digest.update(chunk as Buffer);
    also(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  return { size, sha256: digest.digest('hex') };
}
