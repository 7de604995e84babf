import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { withFile } from '../../system/files/durable.ts';
import { digestInThread } from '../build-host/digest-thread.ts';
import { type ErofsImage, type ErofsOptions, packErofs } from './erofs/pack-erofs.ts';
import { packVerity, type VerityImage } from './verity.ts';

/** A root image beside its hash area. */
export interface Root {
  image: ErofsImage & { sha256: string };
  verity: VerityImage;
}

/** Writes `root.erofs` and `root.verity` into a folder; both are on the disk when it returns. `name` is the image's, and chooses the salt. */
export async function packRoot(
  tar: Readable,
  folder: string,
  name: string,
  options: ErofsOptions,
): Promise<Root> {
  const root = join(folder, 'root.erofs');
  const image = await packErofs(tar, root, options);
  const [sha256, verity] = await Promise.all([
    digestInThread(root),
    packVerity(root, join(folder, 'root.verity'), saltFor(name)),
    withFile(root, 'r', (file) => file.sync()),
  ]);
  return { image: { ...image, sha256 }, verity };
}

/**
 * The verity salt of every version of an image: blocks that stay keep their hashes, and since the salt is known before
 * the image is, both digests can be taken at once.
 */
function saltFor(name: string): string {
  return createHash('sha256').update(`interlock ${name}`).digest('hex');
}
