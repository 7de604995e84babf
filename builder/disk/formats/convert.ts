import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder, withFile } from '../../../system/files/durable.ts';
import { withScratch } from '../../../system/files/scratch.ts';
import type { About } from './about.ts';
import { type FormatName, formats } from './formats.ts';
import { openRawDisk } from './raw-disk.ts';

/** Writes a raw disk in another format; `out` appears whole or not at all. */
export async function convert(raw: string, out: string, format: FormatName, about: About): Promise<void> {
  const unfinished = `${out}.part`;
  try {
    await withScratch(out, (scratch) =>
      withFile(raw, 'r', async (file) => {
        const disk = await openRawDisk(file);
        await withFile(unfinished, 'w', async (made) => {
          await formats[format].write(disk, made, about, scratch);
          await made.sync();
        });
      }),
    );
    await rename(unfinished, out);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(dirname(out));
}
