import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Release, releaseId } from '../../../protocol/documents/release.ts';

/** Writes a release folder whose files are random bytes: a server only counts and hashes them. */
export function makeRelease(
  parent: string,
  version: string,
  { name = 'tiny', payloadSize = 100_000, sbom = randomBytes(64) } = {},
): { dir: string; release: Release; payload: Buffer } {
  const files = {
    'root.erofs': randomBytes(4096),
    'root.verity': randomBytes(4096),
    'boot.efi': randomBytes(512),
    'payload.full': randomBytes(payloadSize),
    'packages.lock': randomBytes(64),
    'sbom.cdx.json': sbom,
  };
  const describe = (file: keyof typeof files) => ({ size: files[file].length, sha256: sha256(files[file]) });
  const rootHash = sha256(randomBytes(32));
  const release: Release = {
    format: 1,
    name,
    version,
    arch: 'x86-64',
    created: '2026-01-01T00:00:00Z',
    root: {
      ...describe('root.erofs'),
      verity: {
        ...describe('root.verity'),
        rootHash,
        salt: sha256(randomBytes(32)),
        uuid: rootHash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
      },
    },
    boot: describe('boot.efi'),
    payloads: [
      {
        file: 'payload.full',
        ...describe('payload.full'),
        header: { size: 104, sha256: sha256(files['payload.full'].subarray(0, 104)) },
        from: null,
      },
    ],
    packagesLock: describe('packages.lock'),
    sbom: describe('sbom.cdx.json'),
    stateCompat: '0',
  };
  const dir = join(parent, releaseId(release));
  mkdirSync(dir, { recursive: true });
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(dir, file), bytes);
  writeFileSync(join(dir, 'release.json'), JSON.stringify(release, null, 1));
  return { dir, release, payload: files['payload.full'] };
}

/** Hex SHA-256. */
export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
