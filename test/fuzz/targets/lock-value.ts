import { groupOf, lockKey, parseLockValue } from '../../../protocol/lock/lock-value.ts';
import { mutateJson } from '../mutate-json.ts';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  corpus() {
    const release = 'a'.repeat(64);
    const holder = { host: 'one', boot: 'b', nonce: '0'.repeat(32), since: '2026-11-29T00:00:00Z', release };
    const value = {
      format: 1,
      slots: 1,
      holders: [holder],
      releases: { [release]: { ok: 1, failed: { two: 'x' } } },
    };
    return [Buffer.from(JSON.stringify(value)), Buffer.from(lockKey('default'))];
  },
  mutate: mutateJson,
  run(input) {
    const text = input.toString('utf8');
    groupOf(text);
    return parseLockValue(text);
  },
};
