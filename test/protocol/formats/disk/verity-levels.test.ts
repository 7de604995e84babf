import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { startVerity, veritySize } from '../../../../protocol/formats/disk/verity.ts';
import { streamVerity } from '../../../../protocol/formats/disk/verity-levels.ts';

const salt = 'c3'.repeat(32);

for (const blocks of [1, 2, 127, 128, 129, 1000, 128 * 128, 128 * 128 + 1]) {
  test(`makes the same tree for ${blocks} blocks`, () => {
    const image = randomBytes(blocks * 4096);
    const whole = startVerity(salt);
    whole.update(image);
    const { tree, rootHash } = whole.finish();
    const levels = streamVerity(salt, image.length);
    const made = Buffer.alloc(veritySize(image.length));
    tree.copy(made, 0, 0, 4096);
    for (let at = 0; at < image.length; at += 1 << 20) {
      for (const { position, bytes } of levels.update(image.subarray(at, at + (1 << 20))))
        bytes.copy(made, position);
    }
    const end = levels.finish();
    for (const { position, bytes } of end.blocks) bytes.copy(made, position);
    expect(end.rootHash).toBe(rootHash);
    expect(made.equals(tree)).toBe(true);
  });
}

test('refuses more or fewer bytes than it was told of', () => {
  expect(() => streamVerity(salt, 8192).update(Buffer.alloc(12288))).toThrow('12288 bytes of 8192');
  const short = streamVerity(salt, 8192);
  short.update(Buffer.alloc(4096));
  expect(() => short.finish()).toThrow('4096 bytes of 8192');
});
