import { gzipSync } from 'node:zlib';
import { unpack } from '../../../system/user-data/unpack.ts';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  corpus: () => [
    ...new Array<Buffer>(12).fill(gzipSync('#cloud-config\nhostname: a\n')),
    gzipSync(Buffer.alloc(20_000)),
    gzipSync(Buffer.alloc(3_000_000)),
    gzipSync(gzipSync('x')),
    Buffer.from('#cloud-config\n'),
  ],
  mutate(input, random) {
    const copy = Buffer.from(input);
    const at = random.below(Math.min(copy.length, 40));
    if (copy.length > 0) copy[at] = random.pick([0, 1, 8, 0x1f, 0x8b, 0xff, random.below(256)]);
    return random.below(4) === 0 ? copy.subarray(0, random.below(copy.length + 1)) : copy;
  },
  run(input) {
    const found = unpack(input);
    if (!('problem' in found) && found.bytes.length > 1024 * 1024) throw new Error('too long');
  },
};
