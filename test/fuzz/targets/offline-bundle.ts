import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBundle } from '../../../agent/offline/open-bundle.ts';
import { makeTar } from '../../builder/support/make-tar.ts';
import { repairTar } from '../repair-tar.ts';
import { scratchFolder } from '../scratch-folder.ts';
import type { FuzzTarget } from '../target.ts';

const path = join(scratchFolder(), 'x.tar');
const blob = 'a'.repeat(64);
const offer = JSON.stringify({ format: 1, name: 'tiny', channel: 'alpha', version: '2' });

export const target: FuzzTarget = {
  corpus: () => [
    makeTar([
      { path: 'offer.json', type: '0', content: Buffer.from(offer) },
      { path: 'v1/tuf/metadata/root.json', type: '0', content: Buffer.from('{}') },
      { path: `v1/blobs/${blob}`, type: '0', content: Buffer.alloc(2000, 'b') },
    ]),
  ],
  repair: repairTar,
  async run(input) {
    writeFileSync(path, input);
    const { file, readBlob } = await openBundle(path);
    await file('v1/tuf/metadata/root.json', 100_000);
    for await (const _ of readBlob(blob, { from: 10, to: 2000 }));
  },
};
