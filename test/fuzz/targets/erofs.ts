import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareRoots } from '../../../builder/root/compare-roots.ts';
import { listErofs } from '../../../builder/root/erofs/list-erofs.ts';
import { packErofs } from '../../../builder/root/erofs/pack-erofs.ts';
import { withFile } from '../../../system/files/durable.ts';
import { tarStream } from '../../builder/support/make-tar.ts';
import { scratchFolder } from '../scratch-folder.ts';
import type { FuzzTarget } from '../target.ts';

const dir = scratchFolder();
const whole = join(dir, 'whole');
const changed = join(dir, 'changed');

export const target: FuzzTarget = {
  async corpus() {
    const folders = ['a', 'a/b', 'a/b/c', 'd'].map((path) => ({ path, type: '5', mode: 0o755 }));
    const files = Array.from({ length: 30 }, (_, index) => ({
      path: `${index % 2 ? 'a/b' : 'd'}/file${index}`,
      type: '0',
      content: Buffer.alloc(index * 100, 'x'),
      xattrs: new Map(index % 3 ? [] : [['user.note', Buffer.from('shared by many')]]),
    }));
    const rest = [
      { path: 'link', type: '2', linkname: 'a/b/file1' },
      { path: 'hard', type: '1', linkname: 'd/file2' },
      { path: 'null', type: '3', major: 1, minor: 3 },
    ];
    await packErofs(tarStream([...folders, ...files, ...rest]), whole, { buildTime: 1 });
    return [readFileSync(whole)];
  },
  mutate(input, random) {
    // contents are most of an image, and nobody reads them
    const copy = Buffer.from(input);
    if (copy.length < 1100) return copy;
    const meta = copy.readUInt32LE(1064) * 4096;
    const from = random.below(4) === 0 ? 1024 : Math.min(meta, copy.length - 1);
    const at = from + random.below(Math.min(copy.length - from, from === 1024 ? 128 : 1 << 20));
    copy[at] = random.pick([0, 1, 2, 0xff, random.below(256)]);
    return copy;
  },
  async run(input) {
    writeFileSync(changed, input);
    const listed = withFile(changed, 'r', (file) => listErofs(file));
    await Promise.all([listed.catch(() => {}), compareRoots(whole, changed)]);
    await listed;
  },
};
