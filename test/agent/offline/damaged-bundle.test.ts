import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBundle } from '../../../agent/offline/open-bundle.ts';

const offer = JSON.stringify({ format: 1, name: 'tiny', channel: 'alpha', version: '2' });
const blob = `v1/blobs/${'a'.repeat(64)}`;
let dir: string;
let whole: Buffer;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'medium-'));
  whole = await tarOf({
    'offer.json': Buffer.from(offer),
    [blob]: randomBytes(5000),
    empty: Buffer.alloc(0),
  });
});
afterAll(() => rm(dir, { recursive: true }));

async function tarOf(files: Record<string, Buffer>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  return Buffer.concat(await Array.fromAsync(tar as AsyncIterable<Buffer>));
}

async function put(bytes: Buffer): Promise<string> {
  const path = join(dir, 'x.tar');
  await writeFile(path, bytes);
  return path;
}

/** Where the first header's field of that offset is overwritten, its checksum made right. */
function changed(at: number, ...bytes: number[]): Buffer {
  const tar = Buffer.from(whole);
  tar.set(bytes, at);
  tar.fill(0x20, 148, 156);
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return tar;
}

test('a tar cut anywhere is refused as a whole', async () => {
  expect((await openBundle(await put(whole))).offer.version).toBe('2');
  const end = whole.length - 512;
  const cuts = Array.from({ length: end / 128 }, (_, index) => [index * 128, index * 128 + 77]).flat();
  for (const cut of [...cuts.filter((at) => at < end), end - 1]) {
    const path = await put(whole.subarray(0, cut));
    await expect(openBundle(path), `cut at ${cut}`).rejects.toMatchObject({
      code: 'bad_input',
      details: { what: path },
    });
  }
});

test.each([
  ['no number', [0x81, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]],
  ['a negative number', [0xff, ...new Array(11).fill(0xfe)]],
  ['2⁶⁴', [0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]],
  ['letters', [...Buffer.from('zzzzzzzzzzz\0')]],
])('an entry whose size is %s is refused', async (_, size) => {
  await expect(openBundle(await put(changed(124, ...size)))).rejects.toMatchObject({ code: 'bad_input' });
});

test('bytes behind a link hold nothing up', async () => {
  const path = await put(changed(156, 0x32));
  await expect(openBundle(path)).rejects.toThrow('has no offer.json');
});

test('a tar of endlessly many names is refused', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 10_001 }, (_, index) => [`f${index}`, Buffer.alloc(0)]),
  );
  await expect(openBundle(await put(await tarOf(files)))).rejects.toThrow('more than 10000 files');
});

test('what is neither folder nor file is not read: it may never end', async () => {
  const pipe = join(dir, 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  for (const path of [pipe, '/dev/zero']) {
    await expect(openBundle(path)).rejects.toMatchObject({ code: 'bad_input' });
  }
});

test('a medium that cannot be read is not one that is not there', async () => {
  await symlink('loop', join(dir, 'loop'));
  await expect(openBundle(join(dir, 'loop'))).rejects.toMatchObject({ code: 'bad_input' });
  await expect(openBundle(join(dir, 'nothing'))).rejects.toMatchObject({ code: 'not_found' });
  await mkdir(join(dir, 'folder'));
  await symlink('offer.json', join(dir, 'folder/offer.json'));
  await expect(openBundle(join(dir, 'folder'))).rejects.toMatchObject({ code: 'bad_input' });
  await expect(openBundle('/proc/self/mem')).rejects.toMatchObject({ code: 'bad_input' });
});

test('a blob that was cut after the medium was opened ends with an error, not with the process', async () => {
  const path = await put(whole);
  const { readBlob } = await openBundle(path);
  await writeFile(path, whole.subarray(0, 3000));
  await expect(Array.fromAsync(readBlob('a'.repeat(64), { from: 0, to: 5000 }))).rejects.toMatchObject({
    code: 'unreachable',
  });
  await rm(path);
  await expect(Array.fromAsync(readBlob('a'.repeat(64), { from: 0, to: 5000 }))).rejects.toMatchObject({
    code: 'unreachable',
  });
});
