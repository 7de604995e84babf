import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packFullPayload } from '../../../builder/payload/pack-full-payload.ts';
import { packRoot } from '../../../builder/root/pack-root.ts';
import type { Release } from '../../../protocol/documents/release.ts';
import type { PayloadFormat } from '../../../protocol/formats/payload/payload.ts';
import { type MadeEntry, tarStream } from './make-tar.ts';

/** Makes a whole release folder around a small tree: everything real but the kernel. */
export async function makeRelease(
  dir: string,
  entries: readonly MadeEntry[],
  version = '1.0',
  name = 'made',
  format?: PayloadFormat,
  bootFile?: Buffer,
): Promise<Release> {
  const at = (file: string) => join(dir, file);
  const options = { buildTime: 1_700_000_000 };
  const { image: root, verity } = await packRoot(tarStream(entries), dir, name, options);
  const boot =
    bootFile ?? Buffer.concat([Buffer.from(`interlock.roothash=${verity.rootHash}`), randomBytes(100_000)]);
  writeFileSync(at('boot.efi'), boot);
  const files = { root: at('root.erofs'), verity: at('root.verity'), boot: at('boot.efi') };
  const nothing = { size: 0, sha256: sha256(Buffer.alloc(0)) };
  const release: Release = {
    format: 1,
    name,
    version,
    arch: 'x86-64',
    created: '2026-11-20T12:00:00Z',
    root: { size: root.size, sha256: root.sha256, verity },
    boot: { size: boot.length, sha256: sha256(boot) },
    payloads: [await packFullPayload(files, verity.rootHash, at('payload.full'), { format })],
    packagesLock: nothing,
    sbom: nothing,
    stateCompat: version,
  };
  writeFileSync(at('release.json'), JSON.stringify(release));
  return release;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
