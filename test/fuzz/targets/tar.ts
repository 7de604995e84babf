import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { readTree } from '../../../builder/tree/entries/read-tree.ts';
import { openTar } from '../../../builder/tree/sources/open-tar.ts';
import { makeTar } from '../../builder/support/make-tar.ts';
import { repairTar } from '../repair-tar.ts';
import { scratchFolder } from '../scratch-folder.ts';
import type { FuzzTarget } from '../target.ts';

const dir = scratchFolder();
const [file, spool] = [join(dir, 'x.tar'), join(dir, 'spool')];

export const target: FuzzTarget = {
  corpus() {
    const tar = makeTar([
      { path: 'a', type: '5', mode: 0o755 },
      {
        path: 'a/file',
        type: '0',
        content: Buffer.alloc(1500, 'y'),
        xattrs: new Map([['user.x', Buffer.from([0, 255])]]),
      },
      { path: 'a/empty', type: '0' },
      { path: 'link', type: '2', linkname: 'a/file' },
      { path: 'hard', type: '1', linkname: 'a/file' },
      { path: 'null', type: '3', major: 1, minor: 3 },
      { path: 'old', type: '0', content: Buffer.from('z'), pax: { mtime: '-1.5', size: '1' } },
    ]);
    return [tar, gzipSync(tar), zstdCompressSync(tar), tar.subarray(0, 3000)];
  },
  repair: repairTar,
  async run(input) {
    writeFileSync(file, input);
    rmSync(spool, { force: true });
    await readTree(Readable.from(openTar(file, () => {})), spool, { keepTimes: true });
  },
};
