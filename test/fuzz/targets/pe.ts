import { appendSections, isNxCompatible } from '../../../builder/boot-file/pe.ts';
import { listBoot } from '../../../builder/payload/list-boot.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { authenticodeDigest } from '../../../protocol/formats/efi/authenticode.ts';
import { makeStub } from '../../builder/boot-file/make-stub.ts';
import type { FuzzTarget } from '../target.ts';

const added = [{ name: '.cmdline', content: Buffer.alloc(700, 'x') }];

export const target: FuzzTarget = {
  corpus: () => [makeStub(), appendSections(makeStub(), added)],
  mutate(input, random) {
    // the headers are what is read
    const copy = Buffer.from(input);
    const at = random.below(Math.max(1, Math.min(copy.length - 4, 0x40 + 24 + 240 + 120)));
    if (copy.length >= at + 4) copy.writeUInt32LE(random.pick([0, 1, 3, 0x1000, 0x80000000, 0xffffffff]), at);
    return copy;
  },
  run(input) {
    isNxCompatible(input);
    listBoot(input);
    try {
      authenticodeDigest(input);
    } catch (error) {
      if (!(error instanceof InterlockError)) throw error;
    }
    return appendSections(input, added);
  },
};
