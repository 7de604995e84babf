import { CheckIn, CheckInAnswer, EnrollRequest } from '../../../protocol/api/check-in.ts';
import { knownFields, parseJson } from '../../../protocol/schema/schema.ts';
import { mutateJson } from '../mutate-json.ts';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  corpus() {
    const hash = 'a'.repeat(64);
    const said = {
      name: 'tiny',
      version: '1.0',
      arch: 'x86-64',
      channel: 'stable',
      group: 'default',
      bootId: 'b'.repeat(36),
      rootHash: hash,
      at: 'idle',
      failed: ['0.9'],
      trouble: { code: 'unreachable', text: 'no route' },
    };
    const answer = {
      offer: { grant: 'g'.repeat(12), version: '2', release: hash, expires: '2026-11-29T00:00:00Z' },
    };
    return [said, answer].map((value) => Buffer.from(JSON.stringify(value)));
  },
  mutate: mutateJson,
  run(input) {
    for (const schema of [CheckInAnswer, EnrollRequest]) {
      try {
        parseJson(schema, input, 'body');
      } catch {
        // the last one says what comes of it
      }
    }
    return knownFields(CheckIn, parseJson(CheckIn, input, 'body'));
  },
};
