import type { Writable } from 'node:stream';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { withFile } from '../../system/files/durable.ts';

/** Sizes of the one buffer that each running copy holds, and of all of them together. */
const chunkBytes = { most: 256 * 1024, least: 16 * 1024, all: 128 * 1024 * 1024 };
/** A reader that does not take a buffer within this time is disconnected; hosts resume. */
const patienceMs = 120_000;
let running = 0;

/**
 * Copies bytes `start` to `end` of a file, both included, through one buffer: a stream makes a new one for every
 * 64 KiB, which costs more than the bytes. Rejects when the reader goes away, or the file is shorter.
 */
export async function copyRange(path: string, start: number, end: number, to: Writable): Promise<void> {
  running++;
  const size = Math.max(chunkBytes.least, Math.min(chunkBytes.most, Math.floor(chunkBytes.all / running)));
  const copying = withFile(path, 'r', async (file) => {
    const buffer = Buffer.allocUnsafeSlow(Math.min(size, end - start + 1));
    for (let at = start; at <= end; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - at + 1), at);
      if (bytesRead === 0)
        throw new InterlockError('disk_failed', { where: path, problem: `it ends at ${at}` });
      await taken(to, buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  });
  await copying.finally(() => running--);
}

/** Resolves once the bytes have left the buffer. */
function taken(to: Writable, bytes: Buffer): Promise<void> {
  return new Promise((done, fail) => {
    const slow = setTimeout(() => {
      const error = new Error('the reader does not read');
      to.destroy(error);
      fail(error);
    }, patienceMs);
    to.write(bytes, (error) => {
      clearTimeout(slow);
      if (error) fail(error);
      else done();
    });
  });
}
