import { chmod, cp, lchown, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findUser } from '../../users/look-up.ts';

/** Makes a user's home from /etc/skel, whole or not at all; one that is there stays as it is. */
export async function makeHome(root: string, name: string): Promise<void> {
  const { uid, gid, home } = await findUser(root, name);
  const path = join(root, home);
  // a home that cannot be looked at cannot be made either, and that is said below
  if (await stat(path).catch(() => null)) return;
  const before = process.umask(0o022);
  try {
    await mkdir(dirname(path), { recursive: true });
    const made = `${path}.interlock-new`;
    await rm(made, { recursive: true, force: true });
    const skel = join(root, 'etc/skel');
    // an image without skeletons has empty homes
    if (await stat(skel).catch(() => null)) await cp(skel, made, { recursive: true, verbatimSymlinks: true });
    else await mkdir(made);
    for (const each of await readdir(made, { recursive: true })) await lchown(join(made, each), uid, gid);
    await lchown(made, uid, gid);
    await chmod(made, 0o700);
    await rename(made, path);
  } finally {
    process.umask(before);
  }
}
