import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packRoot, type Root } from '../../../builder/root/pack-root.ts';
import { tarStream } from '../support/make-tar.ts';
import { uglyTree } from '../support/ugly-tree.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'root-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function pack(folder: string, name: string): Promise<Root> {
  mkdirSync(join(dir, folder));
  return packRoot(tarStream(uglyTree), join(dir, folder), name, { buildTime: 5, keepTimes: true });
}

it('gives both files with their hashes, which sha256sum and veritysetup give too', async () => {
  const { image, verity } = await pack('a', 'tiny');
  const sums = `${image.sha256}  root.erofs\n${verity.sha256}  root.verity\n`;
  execFileSync('sha256sum', ['--check', '--strict'], { cwd: join(dir, 'a'), input: sums, stdio: 'pipe' });
  execFileSync('veritysetup', ['verify', 'root.erofs', 'root.verity', verity.rootHash], {
    cwd: join(dir, 'a'),
  });
});

it('gives the same each time, and another salt to another name only', async () => {
  const first = await pack('a', 'tiny');
  expect(await pack('b', 'tiny')).toEqual(first);
  const other = await pack('c', 'core');
  expect(other.image).toEqual(first.image);
  expect(other.verity.salt).not.toBe(first.verity.salt);
  expect(other.verity.rootHash).not.toBe(first.verity.rootHash);
});
