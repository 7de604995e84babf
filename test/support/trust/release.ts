import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Release } from '../../../protocol/documents/release.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';

export interface TestRelease {
  name?: string;
  version: string;
  arch?: Arch;
  stateCompat?: string;
  payloadSize?: number;
}

/** A release folder of random bytes whose `release.json` is true: enough for all that signing and publishing look at. */
export async function makeRelease(
  parent: string,
  wanted: TestRelease,
): Promise<{ dir: string; release: Release }> {
  const { name = 'tiny', version, arch = 'x86-64', stateCompat = '1', payloadSize = 5000 } = wanted;
  const dir = join(parent, `${name}-${version}-${arch}`);
  await mkdir(dir, { recursive: true });
  const put = async (file: string, size: number) => {
    const bytes = randomBytes(size);
    await writeFile(join(dir, file), bytes);
    return { size, sha256: createHash('sha256').update(bytes).digest('hex') };
  };
  const rootHash = randomBytes(32).toString('hex');
  const release: Release = {
    format: 1,
    name,
    version,
    arch,
    created: '2026-01-01T00:00:00Z',
    root: {
      ...(await put('root.erofs', 4096)),
      verity: {
        ...(await put('root.verity', 512)),
        rootHash,
        salt: '00'.repeat(32),
        uuid: rootHash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
      },
    },
    boot: await put('boot.efi', 1024),
    payloads: [
      {
        file: 'payload.full',
        ...(await put('payload.full', payloadSize)),
        header: { size: 104, sha256: '00'.repeat(32) },
        from: null,
      },
    ],
    packagesLock: await put('packages.lock', 100),
    sbom: await put('sbom.cdx.json', 100),
    stateCompat,
  };
  await writeFile(join(dir, 'release.json'), `${JSON.stringify(release, null, 1)}\n`);
  return { dir, release };
}
