import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { openReader, openWriter } from '../../../protocol/formats/payload/varint.ts';
import type { FuzzTarget } from '../target.ts';

const refuse = (problem: string) => new InterlockError('payload_invalid', { problem });

export const target: FuzzTarget = {
  corpus() {
    const out = openWriter();
    for (const value of [0, 1, 127, 128, 2 ** 32, Number.MAX_SAFE_INTEGER]) out.number(value);
    return [Buffer.from(out.bytes()), Buffer.alloc(40), Buffer.alloc(40, 0xff)];
  },
  run(input) {
    const reader = openReader(input, refuse);
    for (let turn = 0; !reader.isAtEnd(); turn = (turn + 1) % 5) {
      if (turn === 0) reader.number();
      else if (turn === 1) reader.zeros();
      else if (turn === 2) reader.signed();
      else if (turn === 3) reader.raw(reader.number());
      else reader.fixed();
    }
  },
};
