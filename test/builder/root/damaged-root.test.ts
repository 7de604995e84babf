import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packErofs } from '../../../builder/root/erofs/pack-erofs.ts';
import { readRoot } from '../../../builder/root/read-root.ts';
import { tarStream } from '../support/make-tar.ts';

let dir: string;
let image: Buffer;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'damaged-root-'));
  const folders = ['a', 'a/b', 'a/b/c', 'd'].map((path) => ({ path, type: '5', mode: 0o755 }));
  const files = ['a/one', 'a/b/two', 'd/three'].map((path) => ({
    path,
    type: '0',
    mode: 0o644,
    content: Buffer.from(path),
  }));
  await packErofs(tarStream([...folders, ...files]), join(dir, 'whole'), { buildTime: 1 });
  image = readFileSync(join(dir, 'whole'));
});
afterAll(() => rm(dir, { recursive: true }));

const metaAt = () => image.readUInt32LE(1024 + 40) * 4096;

/** Where the entry of a name lies in its folder: its inode's number comes first. */
function entryOf(name: string, bytes: Buffer): number {
  for (let at = metaAt(); at < bytes.length; at += 4) {
    const start = bytes.readUInt16LE(at + 8);
    // the first entry of a folder says how many there are
    if (
      start % 12 !== 0 ||
      start === 0 ||
      (bytes.toString('latin1', at + start, at + start + 2) !== '..' &&
        bytes.toString('latin1', at + start, at + start + 2) !== '.a')
    )
      continue;
    for (let index = 0; index < start / 12; index++) {
      const from = at + bytes.readUInt16LE(at + 12 * index + 8);
      if (bytes.toString('latin1', from, from + name.length) === name) return at + 12 * index;
    }
  }
  throw new Error(`no ${name}`);
}

async function refusal(change: (bytes: Buffer) => void): Promise<string> {
  const bytes = Buffer.from(image);
  change(bytes);
  const path = join(dir, 'damaged');
  await writeFile(path, bytes);
  return readRoot(path).then(
    () => 'none',
    ({ code, details }) => `${code} ${details.file === path} ${details.problem}`,
  );
}

test('a whole image is listed', async () => {
  expect([...(await readRoot(join(dir, 'whole'))).keys()].sort()).toEqual(
    ['', 'a', 'a/b', 'a/b/c', 'a/b/two', 'a/one', 'd', 'd/three'].sort(),
  );
});

test('a folder that contains itself, or another one twice, is entered once and refused', async () => {
  const root = image.readUInt16LE(1024 + 14);
  const twice = 'release_invalid true contains a folder that is in two places';
  for (const name of ['b', 'c', 'd']) {
    expect(await refusal((bytes) => bytes.writeBigUInt64LE(BigInt(root), entryOf(name, bytes)))).toBe(twice);
  }
  const other = (bytes: Buffer) => bytes.readBigUInt64LE(entryOf('d', bytes));
  expect(await refusal((bytes) => bytes.writeBigUInt64LE(other(bytes), entryOf('c', bytes)))).toBe(twice);
});

test('an inode far behind the end, and a file that reaches there, are refused', async () => {
  const inode = (name: string, bytes: Buffer) =>
    metaAt() + 32 * Number(bytes.readBigUInt64LE(entryOf(name, bytes)));
  expect(await refusal((bytes) => bytes.writeBigUInt64LE(2n ** 60n, entryOf('c', bytes)))).toMatch(
    'holds damaged metadata',
  );
  expect(await refusal((bytes) => bytes.writeUInt32LE(0xfffffff0, inode('one', bytes) + 8))).toMatch(
    'reaches behind its end',
  );
  expect(await refusal((bytes) => bytes.writeUInt32LE(0xfffffff0, inode('b', bytes) + 8))).toMatch(
    'a folder larger than the metadata',
  );
});

test('every single byte of the metadata may be wrong: it is listed or refused by name', async () => {
  for (let at = metaAt(); at < image.length; at += 3) {
    const said = await refusal((bytes) => {
      bytes[at]! ^= 0xff;
    });
    if (said !== 'none') expect(said).toMatch(/^release_invalid true /);
  }
});

test('metadata that is said to begin nowhere, or to be the whole of a huge image, is refused', async () => {
  for (const block of [0xffffffff, image.length / 4096]) {
    expect(await refusal((bytes) => bytes.writeUInt32LE(block, 1024 + 40))).toMatch('has its metadata at');
  }
  expect(await refusal((bytes) => bytes.fill(0, 1024, 1028))).toMatch('is not an EROFS image');
});
