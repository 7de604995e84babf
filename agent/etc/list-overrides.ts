import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The host's own files under /etc: what lies in the overlay's upper folder, by path, each with a mark that changes when
 * it is written. What was deleted here counts too (overlayfs keeps a device 0/0 for it); folders do not.
 */
export async function listOverrides(upper: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const entries = await readdir(upper, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const path of entries.sort()) {
    const facts = await lstat(join(upper, path), { bigint: true });
    if (!facts.isDirectory()) found.set(path, String(facts.mtimeNs));
  }
  return found;
}

/** A value that differs when the content does: for a file, a link or a deleted file; null where there is nothing. */
export async function contentOf(path: string): Promise<string | null> {
  // a file that cannot be looked at is treated as missing: the note is for people alone
  const facts = await lstat(path).catch(() => null);
  if (!facts) return null;
  if (facts.isSymbolicLink()) return `link ${await readlink(path)}`;
  if (!facts.isFile()) return facts.isDirectory() ? 'folder' : 'deleted';
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
