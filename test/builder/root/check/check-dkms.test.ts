import { expect, it } from 'vitest';
import { checkDkms } from '../../../../builder/root/check/check-dkms.ts';
import { putDirectory, putFile } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';

const release = '6.12.118+deb13-cloud-amd64';
const zfs = 'PACKAGE_NAME="zfs"\nBUILT_MODULE_NAME[0]="spl"\nBUILT_MODULE_NAME[1]="zfs"\n';

async function warnings(source: string, conf: string, ...modules: string[]): Promise<string[]> {
  const tree: Tree = new Map();
  putDirectory(tree, '');
  putFile(tree, `usr/src/${source}/dkms.conf`, conf);
  for (const path of modules) putFile(tree, path, 'ELF');
  const findings = await checkDkms(tree, release);
  expect(findings.every(({ isWarning }) => isWarning)).toBe(true);
  return findings.map(({ text }) => text);
}

it('says what DKMS did not build for the kernel that boots, and what it takes', async () => {
  const other = 'usr/lib/modules/6.1.0-9-amd64/updates/dkms/spl.ko';
  expect(await warnings('zfs-2.3.9', zfs, other)).toEqual([
    `/usr/src/zfs-2.3.9 was not built for the kernel ${release}: spl.ko is missing; DKMS takes linux-headers-cloud-amd64 and a compiler among packages`,
  ]);
  expect(await warnings('a-1', 'PACKAGE_NAME=a\nBUILT_MODULE_NAME="$PACKAGE_NAME-core"\n')).toEqual([
    expect.stringContaining('a-core.ko is missing'),
  ]);
});

it('says nothing of what was built', async () => {
  const built = `usr/lib/modules/${release}/updates/dkms`;
  expect(await warnings('zfs-2.3.9', zfs, `${built}/zfs.ko`)).toEqual([]);
  expect(await warnings('a-1', 'PACKAGE_NAME=a-b\n', `${built}/a_b.ko.xz`)).toEqual([]);
});
