import { expect, test } from 'vitest';
import { longestCore, placeLoader } from '../../../../protocol/formats/disk/bios-loader.ts';

function loader(coreLength: number): Buffer {
  const bytes = Buffer.alloc(512 + coreLength, 0xcc);
  bytes.writeUInt16BE(0x55aa, 510);
  return bytes;
}

test('boot sector and core image learn where they lie, and nothing else changes', () => {
  const given = loader(1500);
  const { code, core } = placeLoader(given, 2048)!;
  expect(code.length).toBe(440);
  expect(code.readBigUInt64LE(0x5c)).toBe(2048n);
  expect(code.readUInt16LE(0x66)).toBe(0x9090);
  expect(core.readBigUInt64LE(500)).toBe(2049n);
  const changed = Buffer.concat([code, given.subarray(440, 512), core]);
  const differing = [...changed.keys()].filter((index) => changed[index] !== given[index]);
  expect(differing).toEqual([
    ...Array.from({ length: 8 }, (_, index) => 0x5c + index),
    ...[0x66, 0x67],
    ...Array.from({ length: 8 }, (_, index) => 512 + 500 + index),
  ]);
  expect(given).toEqual(loader(1500));
});

test('what is no loader is not placed', () => {
  expect(placeLoader(loader(512), 2048)).toBeUndefined();
  expect(placeLoader(loader(longestCore + 1), 2048)).toBeUndefined();
  expect(placeLoader(Buffer.alloc(4096), 2048)).toBeUndefined();
});
