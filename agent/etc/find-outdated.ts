import { join } from 'node:path';
import type { Paths } from '../config/paths.ts';
import { accountFiles } from '../users/account-files.ts';
import { contentOf, listOverrides } from './list-overrides.ts';
import { etcFolders, readNotes } from './note-overrides.ts';

/** A file of the host under /etc that hides a newer one of the image. */
export interface Outdated {
  /** From /etc on. */
  path: string;
  /** Whether the image's file changed after the host's own was written. */
  image: 'changed' | 'added' | 'removed';
}

/** Files that each boot of another image merges with the image's: they hide nothing. */
const merged = new Set<string>([...accountFiles, 'ssl/certs/ca-certificates.crt']);

/** Own files whose image side changed since they were written, unless both say the same by now. */
export async function findOutdated(paths: Paths): Promise<Outdated[]> {
  const folders = etcFolders(paths);
  const { files } = await readNotes(paths);
  const found: Outdated[] = [];
  for (const [path, own] of await listOverrides(folders.own)) {
    const noted = files[path];
    if (noted?.own !== own || merged.has(path)) continue;
    const now = await contentOf(join(folders.image, path));
    if (now === noted.image || now === (await contentOf(join(folders.own, path)))) continue;
    found.push({ path, image: now === null ? 'removed' : noted.image === null ? 'added' : 'changed' });
  }
  return found;
}
