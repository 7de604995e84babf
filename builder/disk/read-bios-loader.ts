import { join } from 'node:path';
import { biosLoaderFile } from '../../protocol/boot/host-layout.ts';
import { withFile } from '../../system/files/durable.ts';
import { readRoot } from '../root/read-root.ts';

/** What a release's root has for machines with a BIOS, boot sector and core image; nothing in one that was made without. */
export async function readBiosLoader(releaseDir: string): Promise<Buffer | undefined> {
  const image = join(releaseDir, 'root.erofs');
  const found = (await readRoot(image)).get(biosLoaderFile.slice(1));
  if (!found || found.size === 0) return undefined;
  const { offset, size } = found;
  return withFile(image, 'r', async (file) => (await file.read(Buffer.alloc(size), 0, size, offset)).buffer);
}
