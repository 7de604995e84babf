import { join } from 'node:path';
import { biosLoaderFile, cdLoaderFile } from '../../protocol/boot/host-layout.ts';
import { withFile } from '../../system/files/durable.ts';
import { readRoot } from '../root/read-root.ts';

/** What a release's root has for machines with a BIOS, boot sector and core image; nothing in one that was made without. */
export async function readBiosLoader(releaseDir: string): Promise<Buffer | undefined> {
  return readFromRoot(releaseDir, biosLoaderFile);
}

/** What stands in front of the core image where a BIOS starts a CD. */
export async function readCdLoader(releaseDir: string): Promise<Buffer | undefined> {
  return readFromRoot(releaseDir, cdLoaderFile);
}

async function readFromRoot(releaseDir: string, path: string): Promise<Buffer | undefined> {
  const image = join(releaseDir, 'root.erofs');
  const found = (await readRoot(image)).get(path.slice(1));
  if (!found || found.size === 0) return undefined;
  const { offset, size } = found;
  return withFile(image, 'r', async (file) => (await file.read(Buffer.alloc(size), 0, size, offset)).buffer);
}
