import { InterlockError } from '../../../protocol/errors.ts';
import type { Arch } from '../../../protocol/schema.ts';
import { parsePackageName } from '../../define/package-name.ts';
import { compareVersions } from '../debian-version.ts';
import { kernelPackage } from '../required-packages.ts';
import type { Tree } from '../tree/entry.ts';

const prefix = 'boot/vmlinuz-';

/**
 * The release (`uname -r`) of the kernel that a tree boots: of those that the definition's `kernel` means, or else of all, the
 * newest by version: `6.12.43` is newer than `6.12.9`. Throws `not_found`.
 */
export function findKernel(tree: Tree, kernel: string, arch: Arch): string {
  const found = [...tree.keys()].flatMap((path) =>
    path.startsWith(prefix) ? path.slice(prefix.length) : [],
  );
  const meant = found.filter((release) => isMeant(release, kernel, arch));
  const newest = (meant.length > 0 ? meant : found).toSorted(compareVersions).at(-1);
  if (newest !== undefined) return newest;
  throw new InterlockError('not_found', { what: '/boot/vmlinuz-* in the image' });
}

/** `linux-image-rt-amd64` stands for releases such as 6.12.43+deb13-rt-amd64 and 6.1.0-57-rt-amd64. */
function isMeant(release: string, kernel: string, arch: Arch): boolean {
  const wanted = parsePackageName(kernelPackage(kernel, arch)).name.replace(/^linux-image-/, '');
  if (release === wanted) return true;
  const flavour = /^\d[^-]*(?:-\d+)?-(.*)$/.exec(release)?.[1];
  return flavour === wanted;
}
