import { createHash } from 'node:crypto';
import { startVerity } from '../../protocol/formats/disk/verity.ts';
import { withFile } from '../../system/files/durable.ts';
import { readAhead } from './read-ahead.ts';

/** What `release.json` says about a root's hash area. */
export interface VerityImage {
  size: number;
  sha256: string;
  /** Hex. */
  rootHash: string;
  /** Hex, 32 bytes. */
  salt: string;
  /** Text form. */
  uuid: string;
}

/** Writes `root.verity` for a root image; the salt is hex, 32 bytes. */
export async function packVerity(root: string, file: string, salt: string): Promise<VerityImage> {
  const verity = startVerity(salt);
  for await (const blocks of readAhead(root)) verity.update(blocks);
  const { rootHash, uuid, tree } = verity.finish();
  await withFile(file, 'w', async (handle) => {
    await handle.writeFile(tree);
    await handle.sync();
  });
  const sha256 = createHash('sha256').update(tree).digest('hex');
  return { size: tree.length, sha256, rootHash, salt, uuid };
}
