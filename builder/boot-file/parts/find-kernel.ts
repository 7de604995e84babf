import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { compareVersions } from '../../../protocol/text/debian-version.ts';
import { parsePackageName } from '../../definition/package-name.ts';
import { kernelPackage } from '../../packages/lock/required-packages.ts';
import type { Tree } from '../../tree/entries/entry.ts';

/** Where a kernel lies, by its release: in /boot, or beside its modules as in newer packages. */
const places = [/^usr\/lib\/modules\/([^/]+)\/vmlinuz$/, /^boot\/vmlinuz-(.+)$/];

/** A kernel of a tree. */
export interface FoundKernel {
  /** As `uname -r` prints it. */
  release: string;
  path: string;
}

/**
 * The kernel that a tree boots: of those that the definition's `kernel` means, or else of all, the newest by version: `6.12.43`
 * is newer than `6.12.9`. Throws `not_found`.
 */
export function findKernel(tree: Tree, kernel: string, arch: Arch): FoundKernel {
  const found = [...tree.values()]
    .filter(({ type }) => type === 'file')
    .flatMap(({ path }) => places.flatMap((place) => ({ release: place.exec(path)?.[1] ?? '', path })))
    .filter(({ release }) => release !== '');
  const meant = found.filter(({ release }) => isMeant(release, kernel, arch));
  const newest = (meant.length > 0 ? meant : found)
    .toSorted((a, b) => compareVersions(a.release, b.release))
    .at(-1);
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
