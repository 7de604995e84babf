import { parseContentRange, wantedRange } from '../../../update-server/blobs/range.ts';
import type { FuzzTarget } from '../target.ts';

const texts = [
  'bytes=0-99',
  'bytes=-5',
  'bytes=5-',
  'bytes=99999999999999999999-',
  'bytes 0-9/10',
  'bytes=0-1,3-4',
];

export const target: FuzzTarget = {
  corpus: () => texts.map((text) => Buffer.from(text)),
  run(input) {
    const text = input.toString('latin1');
    for (const size of [0, 1, 100, Number.MAX_SAFE_INTEGER]) {
      const wanted = wantedRange(size, text, undefined, '"x"');
      if (wanted === 'unsatisfiable' || size === 0) continue;
      const { start, end } = wanted;
      if (!(start >= 0 && start <= end && end < size)) throw new Error(`bytes ${start} to ${end} of ${size}`);
    }
    parseContentRange(text);
  },
};
