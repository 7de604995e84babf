import {
  decodeVeritySuperblock,
  encodeVeritySuperblock,
  startVerity,
} from '../../../protocol/formats/disk/verity.ts';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  corpus: () => [
    encodeVeritySuperblock({
      uuid: '00112233-4455-6677-8899-aabbccddeeff',
      dataBlocks: 9,
      salt: '5a'.repeat(32),
    }),
  ],
  run(input) {
    const found = decodeVeritySuperblock(input);
    if (!found) return;
    const tree = startVerity(found.salt);
    tree.update(Buffer.alloc(4096));
    tree.finish();
  },
};
