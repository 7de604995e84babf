import { createHash } from 'node:crypto';
import { chmod, copyFile, link, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../system/process/run.ts';
import { stubFields, stubPackage } from '../../packages/lock/initrd-stub.ts';
import type { LockedPackage } from '../../packages/lock/packages-lock.ts';

/** Lays out a flat apt repository (Debian policy, "flat repository format") of exactly the locked packages and the stub. */
export async function makeLocalRepository(
  folder: string,
  packages: readonly LockedPackage[],
  files: ReadonlyMap<string, string>,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const stanzas: string[] = [];
  for (const locked of packages) {
    const name = `${locked.sha256}.deb`;
    await linkOrCopy(files.get(locked.sha256)!, join(folder, name));
    stanzas.push(await toStanza(folder, name, locked));
  }
  const stub = await buildStub(folder);
  stanzas.push(await toStanza(folder, stub.name, stub));
  await writeFile(join(folder, 'Packages'), stanzas.join('\n'));
}

/** Links where it can; unlike a link's mode, a copy's is ours to open for the mapped root of a user namespace. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    // on another file system, or not linkable: a copy does as well
    await copyFile(from, to);
    await chmod(to, 0o644);
  }
}

async function toStanza(folder: string, name: string, { size, sha256 }: { size: number; sha256: string }) {
  const control = await run('dpkg-deb', ['-f', join(folder, name)]);
  return `${control.trimEnd()}\nFilename: ./${name}\nSize: ${size}\nSHA256: ${sha256}\n`;
}

async function buildStub(folder: string): Promise<{ name: string; size: number; sha256: string }> {
  const name = `${stubPackage}.deb`;
  const source = join(folder, stubPackage);
  await mkdir(join(source, 'DEBIAN'), { recursive: true, mode: 0o755 });
  await writeFile(join(source, 'DEBIAN/control'), `${stubFields.join('\n')}\n`);
  await run('dpkg-deb', ['--root-owner-group', '--build', source, join(folder, name)]);
  const bytes = await readFile(join(folder, name));
  return { name, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
