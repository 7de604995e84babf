import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { silent } from '../../builder/build-host/reporter.ts';
import { fetchPackages } from '../../builder/packages/fetch-packages.ts';
import { writeTree } from '../../builder/tree/entries/write-tree.ts';
import { bootstrap } from '../../builder/tree/install/bootstrap.ts';
import { run } from '../../system/process/run.ts';
import type { Pair, Placed } from './pairs.ts';

/** One version as peers take it: one file with everything in it, and a folder with the same. */
export interface Side {
  image: string;
  tree: string;
}

/** Both versions of a pair, laid out for peers. */
export interface Sides {
  old: Side;
  next: Side;
}

/** The very bytes that our builder made: the root and the boot file behind it, and the files of both. */
export async function ourSides({ old, next }: Pair, work: string): Promise<Sides> {
  const lay = async ({ dir }: Placed, name: string): Promise<Side> => {
    const side = { image: join(work, `${name}.img`), tree: join(work, name) };
    await copyFile(join(dir, 'root.erofs'), side.image);
    await run('sh', ['-c', 'cat "$1" >> "$2"', 'sh', join(dir, 'boot.efi'), side.image]);
    await run('fsck.erofs', [`--extract=${side.tree}`, '--no-preserve', join(dir, 'root.erofs')]);
    await copyFile(join(dir, 'boot.efi'), join(side.tree, 'boot.efi'));
    return side;
  };
  return { old: await lay(old, 'old'), next: await lay(next, 'next') };
}

/**
 * The tree as Debian's packages bring it: modules as they are packed, the kernel in /boot, and beside it our initrd,
 * packed as update-initramfs packs its own. The image is what mkfs.erofs makes of it.
 */
export async function shippedSides({ old, next }: Pair, work: string): Promise<Sides> {
  return { old: await ship(old, join(work, 'old')), next: await ship(next, join(work, 'next')) };
}

async function ship({ dir, lock }: Placed, tree: string): Promise<Side> {
  const files = await fetchPackages(lock.packages, null, silent);
  await mkdir(tree, { recursive: true });
  const installed = await bootstrap(lock, files, silent);
  const tar = spawn('tar', ['-x', '-p', '--numeric-owner', '-C', tree], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const exit = once(tar, 'exit');
  await pipeline(writeTree(installed, Date.parse(lock.date) / 1000), tar.stdin);
  const [status] = await exit;
  if (status !== 0) throw new Error(`tar ended with ${status}`);
  const kernel = lock.packages.find(({ name }) => /^linux-image-\d/.test(name))!;
  const modules = join(tree, 'usr/lib/modules');
  const [version = ''] = await readdir(modules);
  await rm(join(modules, version, 'kernel'), { recursive: true });
  const unpack = 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"';
  await run('sh', ['-c', unpack, 'sh', files.get(kernel.sha256)!, tree]);
  await run('depmod', ['--basedir', tree, version]);
  const initrd = join(tree, 'boot', `initrd.img-${version}`);
  await run('objcopy', ['-O', 'binary', '--only-section=.initrd', join(dir, 'boot.efi'), `${initrd}.cpio`]);
  await run('zstd', ['-q', '-9', '--rm', `${initrd}.cpio`, '-o', initrd]);
  await rm(join(tree, 'var/cache'), { recursive: true, force: true });
  const image = `${tree}.img`;
  const uuid = '00000000-0000-0000-0000-000000000000';
  await run('mkfs.erofs', ['-T', '0', '-U', uuid, image, tree]);
  return { image, tree };
}
