import { expect, it } from 'vitest';
import { findKernel } from '../../../../builder/boot-file/parts/find-kernel.ts';
import { putFile } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';

const of = (...releases: string[]): Tree => {
  const tree: Tree = new Map();
  for (const release of releases) putFile(tree, `boot/vmlinuz-${release}`, '');
  putFile(tree, 'boot/config-99', '');
  return tree;
};

it.each([
  ['generic', ['6.12.9+deb13-amd64', '6.12.43+deb13-amd64'], '6.12.43+deb13-amd64'],
  ['generic', ['6.12.43+deb13-amd64', '6.12.99+deb13-rt-amd64'], '6.12.43+deb13-amd64'],
  ['cloud', ['6.1.0-9-cloud-amd64', '6.1.0-57-cloud-amd64', '6.1.0-99-amd64'], '6.1.0-57-cloud-amd64'],
  ['linux-image-rt-amd64', ['6.12.43+deb13-amd64', '6.12.9+deb13-rt-amd64'], '6.12.9+deb13-rt-amd64'],
  ['linux-image-amd64/trixie-backports', ['6.12.43+deb13-amd64', '7.3.4+deb13-amd64'], '7.3.4+deb13-amd64'],
  ['linux-image-6.12.9+deb13-amd64', ['6.12.9+deb13-amd64', '6.12.43+deb13-amd64'], '6.12.9+deb13-amd64'],
  ['linux-image-own', ['6.12-vendor', '6.6-vendor'], '6.12-vendor'],
])('boots for %s of %j %s', (kernel, releases, expected) => {
  expect(findKernel(of(...releases), kernel, 'x86-64').release).toBe(expected);
});

it('finds a kernel that lies beside its modules', () => {
  const tree = of('6.12.43+deb13-amd64');
  const path = 'usr/lib/modules/7.3.4+deb13-amd64/vmlinuz';
  putFile(tree, path, '');
  expect(findKernel(tree, 'generic', 'x86-64')).toEqual({ release: '7.3.4+deb13-amd64', path });
});

it('says that there is none', () => {
  expect(() => findKernel(of(), 'cloud', 'x86-64')).toThrow('/boot/vmlinuz-* in the image does not exist');
});
