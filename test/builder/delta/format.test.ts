import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { delta } from '../../../builder/delta/delta.ts';
import { decodePayloadHeader, type PayloadFormat } from '../../../protocol/formats/payload/payload.ts';
import { makeHostRelease } from '../../support/host/make-release.ts';

test('a delta has the format of the release’s full payload, unless another is asked for', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'delta-format-'));
  const make = async (version: string, format?: PayloadFormat) => {
    const ballast = Buffer.alloc(50_000, `ballast of ${version}, `);
    const release = await makeHostRelease(join(dir, version), version, {
      ballast,
      ...(format && { format }),
    });
    return { dir: join(dir, version), release };
  };
  const [old, former, present] = [await make('1', 3), await make('2', 3), await make('3')];
  const formatOf = async (next: typeof old, format?: PayloadFormat) => {
    const made = await delta(old, next, { level: 3, format });
    const bytes = readFileSync(join(next.dir, made!.file)).subarray(0, made!.header.size);
    const header = decodePayloadHeader(bytes);
    const named = header.operations.filter(({ blobDigest }) => blobDigest !== null).length;
    return [header.format, named > 0];
  };
  expect(await formatOf(former)).toEqual([3, false]);
  expect(await formatOf(present)).toEqual([4, true]);
  expect(await formatOf(present, 3)).toEqual([3, false]);
  expect(await formatOf(former, 4)).toEqual([4, true]);
  await rm(dir, { recursive: true });
});
