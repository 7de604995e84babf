import { describe, expect, it } from 'vitest';
import { warningsOf } from '../../../../update-server/domain/rollout/warn.ts';

const canary = { group: 'nobody', soak: '1 hour', timeout: '4 days' };

describe('a policy that does not fit its hosts is warned of', () => {
  it.each([
    [{ canary }, ['web', 'db'], 'canary group nobody'],
    [{ max_failures: 5 }, ['web', 'db'], 'max_failures 5 is more than the fleet has hosts: 2'],
    [{ in_flight: 10 }, ['web'], 'in_flight 10'],
    [{ failure_rate: { percent: 5, sample: 50 } }, ['web'], 'failure_rate.sample 50'],
    [{ group: { constructor: {} } }, ['web'], 'group constructor'],
    [{}, [], 'no host of the channel'],
  ])('%o for %o', (text, groups, words) => {
    expect(warningsOf(text, groups)).toEqual([expect.stringContaining(words)]);
  });

  it('and one that fits is not', () => {
    const fits = { canary: { ...canary, group: 'canary' }, max_failures: 2, in_flight: '5 %' };
    expect(warningsOf(fits, ['canary', 'web'])).toEqual([]);
  });
});
