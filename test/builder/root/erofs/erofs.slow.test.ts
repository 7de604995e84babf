import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packErofs } from '../../../../builder/root/erofs/pack-erofs.ts';
import { mountErofs, mountProblem } from '../../../support/erofs/mount-erofs.ts';
import { openErofs } from '../../../support/erofs/open-erofs.ts';
import { type MadeEntry, makeTar } from '../../support/make-tar.ts';

let dir: string;
let image: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'erofs-'));
  image = join(dir, 'root.erofs');
});
afterAll(() => rmSync(dir, { recursive: true }));

const pieceLength = 1024 * 1024;
const hole = Buffer.alloc(pieceLength);
const head = Buffer.alloc(pieceLength, 'the first of four gigabytes ');
const tail = Buffer.alloc(5000, 'and a bit ');
const bigSize = 4 * 1024 ** 3 + tail.length;

/** A file beyond 4 GiB, all zeros but its ends; never whole in memory. */
function* bigFile(): Generator<Buffer> {
  yield head;
  for (let left = bigSize - head.length - tail.length; left > 0; left -= pieceLength) yield hole;
  yield tail;
}

async function* bigTar(): AsyncGenerator<Buffer> {
  const empty = makeTar([{ path: 'big', type: '0', pax: { size: `${bigSize}` } }]);
  yield empty.subarray(0, -1024);
  yield* bigFile();
  yield Buffer.alloc(512 - (bigSize % 512) + 1024);
}

function fsck(): unknown {
  const { status, stdout, stderr } = spawnSync('fsck.erofs', ['-d9', image], { maxBuffer: 2 ** 30 });
  return { status, errors: `${stdout}${stderr}`.match(/.*<E>.*/g) };
}

describe('erofs beyond the compact inode', () => {
  it('holds a file of more than 4 GiB, in bounded memory, its zeros taking no room', async () => {
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 50);
    const { size } = await packErofs(Readable.from(bigTar()), image, { buildTime: 1 });
    clearInterval(watch);
    expect(most - before).toBeLessThan(300 * 1024 * 1024);
    expect(statSync(image).size).toBe(size);
    expect(statSync(image).blocks * 512).toBeLessThan(16 * 1024 * 1024);
    expect(fsck()).toEqual({ status: 0, errors: null });
    const erofs = await openErofs(image);
    const inode = await erofs.find('big');
    await erofs.close();
    expect([inode?.size, inode?.extended]).toEqual([bigSize, true]);
    if (mountProblem) return;
    const expected = createHash('sha256');
    for (const chunk of bigFile()) expected.update(chunk);
    const sum = await mountErofs(image, (mount) =>
      execFileSync('sha256sum', ['big'], { cwd: mount, encoding: 'utf8' }),
    );
    expect(sum).toBe(`${expected.digest('hex')}  big\n`);
  });

  it('holds 66 000 folders in one, 100 000 files in another and 70 000 names of one file, as the kernel sees it', async () => {
    const entries: MadeEntry[] = [
      ...Array.from({ length: 66_000 }, (_, index): MadeEntry => ({ path: `many/${index}`, type: '5' })),
      ...Array.from(
        { length: 100_000 },
        (_, index): MadeEntry => ({ path: `wide/${`${index}`.padEnd(20, '-')}`, type: '0' }),
      ),
      { path: 'links/0', type: '0', content: Buffer.from('one') },
      ...Array.from(
        { length: 70_000 },
        (_, index): MadeEntry => ({ path: `links/${index + 1}`, type: '1', linkname: 'links/0' }),
      ),
    ];
    await packErofs(Readable.from([makeTar(entries)]), image, { buildTime: 1 });
    expect(fsck()).toEqual({ status: 0, errors: null });
    const erofs = await openErofs(image);
    expect([(await erofs.find('many'))?.nlink, (await erofs.find('links/70000'))?.nlink]).toEqual([
      66_002, 70_001,
    ]);
    await erofs.close();
    if (mountProblem) return;
    await mountErofs(image, (mount) => {
      const find = ['-mindepth', '2', '-printf', '%P\n'];
      const found = execFileSync('find', [mount, ...find], { maxBuffer: 2 ** 30, encoding: 'utf8' });
      const digest = (text: string) => createHash('sha256').update(text).digest('hex');
      const expected = entries.map(({ path }) => path).sort();
      expect(digest(found.trim().split('\n').sort().join())).toBe(digest(expected.join()));
      const names = [join(mount, 'many'), join(mount, 'links/7')];
      expect(execFileSync('stat', ['-c', '%h', ...names]).toString()).toBe('66002\n70001\n');
    });
  });
});
