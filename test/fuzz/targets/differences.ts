import { differences } from '../../../builder/delta/differences.ts';
import { addDifferences } from '../../../protocol/formats/payload/differences.ts';
import type { FuzzTarget } from '../target.ts';

const old = Buffer.alloc(4096, 'addresses that moved');

/** Length of the gaps, then gaps and values side by side. */
function joined(gaps: Buffer, values: Buffer): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16LE(gaps.length);
  return Buffer.concat([head, gaps, values]);
}

export const target: FuzzTarget = {
  corpus() {
    const changed = Buffer.from(old);
    for (let at = 3; at < changed.length; at += 1 + (at % 37)) changed[at]! += 9;
    const { gaps, values } = differences(changed, old);
    return [joined(gaps, values), joined(Buffer.alloc(0), Buffer.alloc(0))];
  },
  run(input) {
    if (input.length < 2) return;
    const end = 2 + input.readUInt16LE(0);
    addDifferences(Buffer.from(old), input.subarray(2, end), input.subarray(end));
  },
};
