import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compare } from '../../../builder/inspect/compare.ts';
import { formatChanges } from '../../../builder/inspect/format-changes.ts';
import { formatLock, type LockedPackage } from '../../../builder/packages/lock/packages-lock.ts';
import { addInspect } from '../../../cli/inspect.ts';
import { createProgram } from '../../../system/command/command.ts';
import { makeRelease } from '../support/made-release.ts';
import type { MadeEntry } from '../support/make-tar.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'inspect-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function release(
  version: string,
  entries: MadeEntry[],
  packages: Record<string, string>,
): Promise<string> {
  const folder = join(dir, version);
  await mkdir(folder);
  await makeRelease(folder, entries, version);
  const locked = Object.entries(packages).map(([name, packaged]): LockedPackage => {
    return {
      name,
      version: packaged,
      arch: 'amd64',
      path: `pool/${name}.deb`,
      size: 1,
      sha256: 'a'.repeat(64),
    };
  });
  const head = { format: 1, suite: 'trixie', arch: 'x86-64', date: '2026-11-01T00:00:00Z' } as const;
  await writeFile(join(folder, 'packages.lock'), formatLock({ ...head, packages: locked }));
  return folder;
}

const big = Buffer.alloc(3 * 1024 * 1024, 'big');
const changedBig = Buffer.from(big);
changedBig[2_500_000]! ^= 1;
const capability = new Map([['security.capability', Buffer.from('0100000280000000', 'hex')]]);
const xattr = (value: string) => new Map([['user.x', Buffer.from(value)]]);

const before: MadeEntry[] = [
  { path: 'same', type: '0', content: big },
  { path: 'bit', type: '0', content: big },
  { path: 'longer', type: '0', content: Buffer.alloc(10) },
  { path: 'mode', type: '0', mode: 0o644 },
  { path: 'owner', type: '5', mode: 0o755 },
  { path: 'attribute', type: '0', xattrs: xattr('1') },
  { path: 'shared', type: '0', xattrs: capability },
  { path: 'shared2', type: '0', xattrs: capability },
  { path: 'link', type: '2', linkname: 'here' },
  { path: 'device', type: '3', major: 1, minor: 3 },
  { path: 'gone/file', type: '0', content: Buffer.alloc(100) },
];
const after: MadeEntry[] = [
  { path: 'another', type: '0', content: Buffer.alloc(7) },
  { path: 'same', type: '0', content: big },
  { path: 'bit', type: '0', content: changedBig },
  { path: 'longer', type: '0', content: Buffer.alloc(20) },
  { path: 'mode', type: '0', mode: 0o600 },
  { path: 'owner', type: '5', mode: 0o755, uid: 300_000 },
  { path: 'attribute', type: '0', xattrs: xattr('2') },
  { path: 'shared', type: '0', xattrs: capability },
  { path: 'shared2', type: '0', xattrs: capability },
  { path: 'link', type: '2', linkname: 'there' },
  { path: 'device', type: '3', major: 1, minor: 5 },
];

const packagesBefore = {
  'linux-image-6.12.57+deb13-cloud-amd64': '6.12.57-1',
  libc6: '2.41-12',
  'a-package-with-a-rather-long-name-indeed': '2:1.23.4+git20260101-1+deb13u1',
  old: '1',
};
const packagesAfter = {
  'linux-image-6.12.60+deb13-cloud-amd64': '6.12.60-1',
  libc6: '2.41-12+deb13u1',
  'a-package-with-a-rather-long-name-indeed': '2:1.24.0+git20260301-1+deb13u2',
  new: '2',
};

describe('compare', () => {
  it('finds every name whose content, mode, owner, attributes or target changed, and no other', async () => {
    const [first, second] = [await release('1', before, {}), await release('2', after, {})];
    const { files } = await compare(first, second);
    expect(files).toEqual([
      { path: 'another', from: null, to: 7 },
      { path: 'attribute', from: 0, to: 0 },
      { path: 'bit', from: big.length, to: big.length },
      { path: 'device', from: 0, to: 0 },
      { path: 'gone', from: 0, to: null },
      { path: 'gone/file', from: 100, to: null },
      { path: 'link', from: 0, to: 0 },
      { path: 'longer', from: 10, to: 20 },
      { path: 'mode', from: 0, to: 0 },
      { path: 'owner', from: 0, to: 0 },
    ]);
    expect((await compare(first, first)).files).toEqual([]);
  });

  it('finds a name among hundreds, in directories of several blocks', async () => {
    const many = (skip: number) =>
      Array.from(
        { length: 900 },
        (_, index): MadeEntry => ({ path: `many/name-${index}`, type: '0' }),
      ).filter((_, index) => index !== skip);
    const [first, second] = [await release('1', many(17), {}), await release('2', many(600), {})];
    expect((await compare(first, second)).files).toEqual([
      { path: 'many/name-17', from: null, to: 0 },
      { path: 'many/name-600', from: 0, to: null },
    ]);
  });

  it('tells packages, kernel, sizes and root hash', async () => {
    const first = await release('1', before, packagesBefore);
    const second = await release('2', after, packagesAfter);
    const changes = await compare(first, second);
    expect(changes.kernel).toEqual({ from: '6.12.57+deb13-cloud-amd64', to: '6.12.60+deb13-cloud-amd64' });
    expect(changes.packages).toContainEqual({ name: 'libc6', from: '2.41-12', to: '2.41-12+deb13u1' });
    expect(changes.rootHash.from).not.toBe(changes.rootHash.to);

    const text = formatChanges(changes, true);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).toContain('~ libc6  2.41-12 → 2.41-12+deb13u1');
    expect(text).toContain('packages: 2 changed, 2 added, 2 removed');
    expect(text).toMatch(/^\+ new {2}2$/m);
    expect(text).toMatch(/^changed +7 +3\.00 MiB$/m);
    expect(text).toMatch(/^~ \/bit$/m);
  });

  it('refuses what is no release', async () => {
    const first = await release('1', before, {});
    await expect(compare(first, join(dir, 'none'))).rejects.toMatchObject({ code: 'not_found' });
    await writeFile(join(first, 'root.erofs'), Buffer.alloc(8192));
    await expect(compare(first, first)).rejects.toMatchObject({ code: 'release_invalid' });
  });
});

it('interlock inspect A B --json gives the same for programs', async () => {
  const [first, second] = [await release('1', before, {}), await release('2', after, {})];
  const program = createProgram('interlock', 'test');
  addInspect(program);
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await program.parseAsync(['--json', 'inspect', first, second], { from: 'user' });
    expect(JSON.parse(String(print.mock.calls[0]?.[0]))).toEqual(await compare(first, second));
  } finally {
    print.mockRestore();
  }
});
