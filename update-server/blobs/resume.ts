import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FreeSpace } from '../disk/free-space.ts';
import type { Store } from '../store/interface/store.ts';

const ending = '.part';

/**
 * Promises the partial uploads of an earlier run the space they still lack, the newest first. Those that do not fit any more, or
 * were never announced, are removed.
 */
export async function resumeUploads(
  dataDir: string,
  { store, space }: { store: Pick<Store, 'announcedBlob'>; space: FreeSpace },
): Promise<void> {
  const folder = join(dataDir, 'uploads');
  // there is no such folder until something is uploaded
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(ending));
  const parts = await Promise.all(
    names.map(async (name) => ({
      path: join(folder, name),
      sha256: name.slice(0, -ending.length),
      ...(await sizes(folder, name)),
    })),
  );
  for (const { path, sha256, size, mtimeMs } of parts.toSorted((a, b) => b.mtimeMs - a.mtimeMs)) {
    const announced = await store.announcedBlob(sha256);
    const isKept = announced && size > 0 && isPromised(space, sha256, announced.size - size, mtimeMs);
    if (!isKept) await rm(path, { force: true });
  }
}

async function sizes(folder: string, name: string) {
  const { size, mtimeMs } = await stat(join(folder, name));
  return { size, mtimeMs };
}

function isPromised(space: FreeSpace, upload: string, bytes: number, since: number): boolean {
  try {
    space.book(upload, bytes, since);
    return true;
  } catch {
    // `space_missing`: the upload goes away
    return false;
  }
}
