import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeVeritySuperblock,
  startVerity,
  verityBlock,
  veritySize,
} from '../../../../protocol/formats/disk/verity.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'verity-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function build(image: Buffer, salt: string, step = image.length) {
  const verity = startVerity(salt);
  for (let at = 0; at < image.length; at += step) verity.update(image.subarray(at, at + step));
  return verity.finish();
}

describe('verity tree beside veritysetup', () => {
  for (const blocks of [1, 2, 127, 128, 129, 16384, 16385]) {
    it(`is byte-equal for ${blocks} blocks, and veritysetup verifies it`, () => {
      const image = randomBytes(blocks * verityBlock);
      const salt = randomBytes(32).toString('hex');
      const { rootHash, uuid, tree } = build(image, salt);
      const [data, ours, theirs] = ['data', 'ours', 'theirs'].map((name) =>
        join(dir, `${name}-${blocks}`),
      ) as [string, string, string];
      writeFileSync(data, image);
      writeFileSync(ours, tree);
      const said = execFileSync('veritysetup', [
        'format',
        `--salt=${salt}`,
        `--uuid=${uuid}`,
        data,
        theirs,
      ]).toString();
      expect(said.match(/Root hash:\s+(\S+)/)?.[1]).toBe(rootHash);
      expect(readFileSync(theirs).equals(tree)).toBe(true);
      execFileSync('veritysetup', ['verify', data, ours, rootHash], { stdio: 'pipe' });
      expect(veritySize(image.length)).toBe(tree.length);
    });
  }
});

describe('verity builder', () => {
  const salt = '5a'.repeat(32);

  it('gives one tree however the blocks arrive', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 40 }), (blocks, step) => {
        const image = Buffer.alloc(blocks * verityBlock, createHash('sha256').update(`${blocks}`).digest());
        const whole = build(image, salt);
        const pieces = build(image, salt, step * verityBlock);
        expect(pieces).toEqual(whole);
        expect(whole.tree.length).toBe(veritySize(image.length));
      }),
      { numRuns: 40 },
    );
  });

  it('names its root in the superblock', () => {
    const { rootHash, uuid, tree } = build(Buffer.alloc(3 * verityBlock, 1), salt);
    expect(decodeVeritySuperblock(tree)).toEqual({ uuid, dataBlocks: 3, salt });
    expect(uuid.replaceAll('-', '')).toBe(rootHash.slice(0, 32));
  });

  it('sees no superblock in zeros, short bytes or another algorithm', () => {
    const { tree } = build(Buffer.alloc(verityBlock), salt);
    expect(decodeVeritySuperblock(Buffer.alloc(4096))).toBeNull();
    expect(decodeVeritySuperblock(tree.subarray(0, 100))).toBeNull();
    tree.write('sha512', 32);
    expect(decodeVeritySuperblock(tree)).toBeNull();
  });

  it('refuses half blocks, an empty image and a short salt', () => {
    expect(() => startVerity(salt).update(Buffer.alloc(100))).toThrow('no whole blocks');
    expect(() => startVerity(salt).finish()).toThrow('empty');
    expect(() => startVerity('00')).toThrow('salt of 1 bytes');
  });
});
