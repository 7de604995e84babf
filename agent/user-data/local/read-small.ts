import { open } from 'node:fs/promises';
import { refuse } from '../reading/fields.ts';

/** More than any document of a source. */
const mostBytes = 16 * 1024 * 1024;

/** A file's bytes, whose size it need not say (sysfs); null where it does not exist. Throws for one that never ends. */
export async function readSmall(file: string): Promise<Buffer | null> {
  try {
    const handle = await open(file, 'r');
    try {
      const chunks: Buffer[] = [];
      for (let length = 0; ; ) {
        const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(65_536), position: length });
        if (bytesRead === 0) return Buffer.concat(chunks);
        length += bytesRead;
        if (length > mostBytes) throw refuse(file, `is longer than ${mostBytes} bytes`);
        chunks.push(buffer.subarray(0, bytesRead));
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
