import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePatch } from '../../../../builder/delta/encode-patch.ts';
import { decodePatch } from '../../../../protocol/formats/payload/patch.ts';

const steps = [
  { space: 'source-root', from: 4096, length: 3000 },
  { space: null, from: 0, length: 500 },
  { space: 'source-boot', from: 7, length: 1000 },
  { space: 'source-root', from: 0, length: 500 },
] as const;
const bytes = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * at) & 255));
const old = Buffer.from(bytes);
for (const [at, length] of [
  [0, 1],
  [17, 2],
  [99, 3],
  [2990, 4],
  [3600, 9],
  [4999, 1],
] as const)
  for (let more = 0; more < length; more++) old[at + more]! ^= 0x93;

test('gives back steps, inserts and differences', async () => {
  const {
    steps: found,
    inserts,
    differ,
  } = decodePatch(await encodePatch(steps, bytes, old, 19), bytes.length);
  expect([...found]).toEqual(steps);
  expect(inserts.equals(bytes.subarray(3000, 3500))).toBe(true);
  const result = Buffer.from(old);
  differ(result);
  expect(result.equals(bytes)).toBe(true);
});

test('refuses damaged blobs with payload_invalid, and never writes outside', async () => {
  const blob = await encodePatch(steps, bytes, old, 19);
  fc.assert(
    fc.property(fc.nat(blob.length - 1), fc.nat(255), fc.nat(blob.length), (at, value, cut) => {
      const damaged = Buffer.from(blob.subarray(0, cut % 3 === 0 ? cut : blob.length));
      if (at < damaged.length) damaged[at] = value;
      try {
        const { steps: found, differ } = decodePatch(damaged, bytes.length);
        expect([...found].reduce((sum, { length }) => sum + length, 0)).toBe(bytes.length);
        differ(Buffer.from(old));
      } catch (error) {
        expect(error).toMatchObject({ code: 'payload_invalid' });
      }
    }),
    { numRuns: 500 },
  );
});
