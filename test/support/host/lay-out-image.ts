import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Extent } from '../../../agent/slots/slot.ts';
import { openErofs } from '../erofs/open-erofs.ts';

const wanted = /^\/?(usr\/lib\/os-release|usr\/lib\/interlock\/.*|etc\/interlock\/.*)$/;
const regularFile = 0o100000;

/**
 * What mounting a slot's root would show of it to the agent: some files of the image under `booted`, and `/etc` as an
 * overlay would make it, the host's own files above the image's. Returns the paths that were laid out.
 */
export async function layOutImage(root: Extent, booted: string, own: string, etc: string): Promise<string[]> {
  await rm(booted, { recursive: true, force: true });
  const paths: string[] = [];
  const image = await openErofs(root.path, root.offset);
  try {
    for (const { path, mode, content } of await image.list()) {
      if ((mode & 0o170000) !== regularFile || !wanted.test(path)) continue;
      const file = join(booted, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, await content());
      await chmod(file, mode & 0o777);
      paths.push(path.replace(/^\//, ''));
    }
  } finally {
    await image.close();
  }
  await rm(etc, { recursive: true, force: true });
  await mkdir(etc, { recursive: true });
  await cp(join(booted, 'etc/interlock'), etc, { recursive: true, force: true }).catch(ignoreMissing);
  await cp(own, etc, { recursive: true, force: true }).catch(ignoreMissing);
  return paths;
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
