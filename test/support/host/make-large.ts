import { createCipheriv, createHash, hash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, crc32, zstdCompressSync } from 'node:zlib';
import type { Release } from '../../../protocol/documents/release.ts';
import { encodeVeritySuperblock, verityBlock, veritySize } from '../../../protocol/formats/disk/verity.ts';
import { streamVerity } from '../../../protocol/formats/disk/verity-levels.ts';
import { encodePayloadHeader } from '../../../protocol/formats/payload/encode-payload.ts';
import {
  blobDigestLength,
  firstBlockLength,
  type PlannedOperation,
} from '../../../protocol/formats/payload/payload.ts';

const mebibyte = 1024 * 1024;
const salt = '5a'.repeat(32);

/**
 * A release whose root of so many MiB is never made on this side: `release.json` and a full payload, in which each MiB
 * begins with `dataEach` bytes that nothing compresses. For measuring the agent on images too large to build in a test.
 */
export async function makeLargeRelease(
  dir: string,
  { mebibytes, dataEach }: { mebibytes: number; dataEach: number },
): Promise<Release> {
  await mkdir(dir, { recursive: true });
  const size = mebibytes * mebibyte;
  const random = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16));
  const levels = streamVerity(salt, size);
  const tree = Buffer.alloc(veritySize(size));
  const image = createHash('sha256');
  const operations: PlannedOperation[] = [];
  const blobs: Buffer[] = [];
  const add = (part: 'root' | 'boot', bytes: Buffer) => {
    const params = { [constants.ZSTD_c_compressionLevel]: 1 };
    const blob = zstdCompressSync(bytes, { params });
    blobs.push(blob);
    const firstBlock = crc32(bytes.subarray(0, firstBlockLength));
    const blobDigest = hash('sha256', blob).slice(0, 2 * blobDigestLength);
    const base = { part, length: bytes.length, stretch: null, sha256: hash('sha256', bytes) };
    operations.push({ ...base, kind: 'data', blobLength: blob.length, blobDigest, firstBlock });
  };
  for (let count = 0; count < mebibytes; count++) {
    const piece = Buffer.alloc(mebibyte);
    random.update(Buffer.alloc(dataEach)).copy(piece);
    image.update(piece);
    for (const { position, bytes } of levels.update(piece)) bytes.copy(tree, position);
    add('root', piece);
  }
  const { blocks, rootHash } = levels.finish();
  for (const { position, bytes } of blocks) bytes.copy(tree, position);
  const uuid = rootHash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  encodeVeritySuperblock({ uuid, salt, dataBlocks: size / verityBlock }).copy(tree);
  const boot = randomBytes(100_000);
  add('boot', boot);

  const header = encodePayloadHeader({
    sizes: { root: size, boot: boot.length },
    rootHash,
    sourceRootHash: null,
    operations,
  });
  const payload = Buffer.concat([header, ...blobs]);
  await writeFile(join(dir, 'payload.full'), payload);
  const nothing = { size: 0, sha256: hash('sha256', '') };
  const release: Release = {
    format: 1,
    name: 'made',
    version: '2.0',
    arch: 'x86-64',
    created: '2026-11-20T12:00:00Z',
    root: {
      size,
      sha256: image.digest('hex'),
      verity: { size: tree.length, sha256: hash('sha256', tree), rootHash, salt, uuid },
    },
    boot: { size: boot.length, sha256: hash('sha256', boot) },
    payloads: [
      {
        file: 'payload.full',
        size: payload.length,
        sha256: hash('sha256', payload),
        header: { size: header.length, sha256: hash('sha256', header) },
        from: null,
      },
    ],
    packagesLock: nothing,
    sbom: nothing,
    stateCompat: '2.0',
  };
  await writeFile(join(dir, 'release.json'), JSON.stringify(release));
  return release;
}
