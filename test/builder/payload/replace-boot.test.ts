import { hash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packFullPayload } from '../../../builder/payload/pack-full-payload.ts';
import { payloadLevel } from '../../../builder/payload/payload-level.ts';
import { replaceBoot } from '../../../builder/payload/replace-boot.ts';
import { decodePayloadHeader, type PayloadFormat } from '../../../protocol/formats/payload/payload.ts';

const rootHash = 'ab'.repeat(32);
let dir: string;
let files: { root: string; boot: string };
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'replace-'));
  files = { root: join(dir, 'root'), boot: join(dir, 'boot') };
  const root = Buffer.concat([words(300_000), Buffer.alloc(8192), words(150_000)]);
  writeFileSync(files.root, root.subarray(0, root.length - (root.length % 4096)));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** What packs, and packs better the more it is worked on. */
function words(length: number): Buffer {
  const some = Array.from({ length: 500 }, () => randomBytes(5).toString('base64'));
  const picks = randomBytes(2 * length);
  return Buffer.from(
    Array.from({ length }, (_, at) => some[picks.readUInt16LE(2 * at) % 500])
      .join(' ')
      .slice(0, length),
  );
}

function partsOf(file: string, part: 'root' | 'boot') {
  const payload = readFileSync(file);
  const header = decodePayloadHeader(payload.subarray(0, payload.readUInt32LE(8)));
  const operations = header.operations.filter((operation) => operation.part === part);
  const blobs = operations.map(({ blobOffset, blobLength }) =>
    payload.subarray(header.headerLength + blobOffset, header.headerLength + blobOffset + blobLength),
  );
  return { header, blobs: Buffer.concat(blobs), operations };
}

describe('a payload with another boot file', () => {
  it.each<[level: number, format: PayloadFormat]>([
    [3, 4],
    [3, 3],
    [9, 4],
    [19, 4],
    [19, 3],
  ])('at level %i, format %i, keeps the frames of its root', async (level, format) => {
    const [former, out] = [join(dir, 'former'), join(dir, 'out')];
    const boot = words(200_000);
    writeFileSync(files.boot, boot);
    await packFullPayload(files, rootHash, former, { level, format });
    const found = await payloadLevel(former, files);
    expect(found).toBe(level === 9 ? found : level);
    await packFullPayload(files, rootHash, join(dir, 'again'), { level: found, format });
    expect(readFileSync(join(dir, 'again')).equals(readFileSync(former))).toBe(true);

    const signed = Buffer.concat([boot, randomBytes(1500)]);
    writeFileSync(files.boot, signed);
    const told: number[] = [];
    const ref = await replaceBoot(former, files, out, { level, onProgress: (done) => told.push(done) });
    const [before, after] = [partsOf(former, 'root'), partsOf(out, 'root')];
    expect(after.blobs.equals(before.blobs)).toBe(true);
    expect(after.operations).toEqual(before.operations);
    expect(after.header).toMatchObject({ format, rootHash, sourceRootHash: null });
    expect(after.header.sizes).toEqual({ ...before.header.sizes, boot: signed.length });
    expect(told.at(-1)).toBe(after.header.sizes.root + signed.length);
    expect(ref).toMatchObject({ file: 'out', sha256: hash('sha256', readFileSync(out)), from: null });

    // the same as packing all of it again, without doing so
    const again = await packFullPayload(files, rootHash, join(dir, 'again'), { level, format });
    expect(again.sha256).toBe(ref.sha256);
  });

  it('keeps frames that no zstd here would make', async () => {
    const former = join(dir, 'former');
    writeFileSync(files.boot, words(100_000));
    await packFullPayload(files, rootHash, former, { level: 19 });
    const payload = readFileSync(former);
    const { header } = partsOf(former, 'root');
    payload[header.headerLength + 60]! ^= 1;
    writeFileSync(former, payload);
    expect([3, 19]).toContain(await payloadLevel(former, files));
    await replaceBoot(former, files, join(dir, 'out'), { level: 19 });
    expect(partsOf(join(dir, 'out'), 'root').blobs.equals(partsOf(former, 'root').blobs)).toBe(true);
  });
});
