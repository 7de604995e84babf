import { describe, expect, it } from 'vitest';
import {
  type PolicyText,
  paceOf,
  readPolicy,
  refuseContradictions,
} from '../../../protocol/documents/policy.ts';

const ramp = [{ start_after: '0 days', percent: 1 }];

describe('a group’s pace', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])(
    'of a group that calls itself %s is the policy’s own',
    (group) => {
      const policy = readPolicy({ ramp });
      expect(paceOf(policy, group).ramp).toEqual([{ afterMs: 0, percent: 1 }]);
      expect(paceOf(policy, group).windows).toEqual([]);
    },
  );

  it('may be given to a group called constructor', () => {
    const policy = readPolicy({ group: { constructor: { ramp } } });
    expect(paceOf(policy, 'constructor').ramp[0]?.percent).toBe(1);
    expect(paceOf(policy, 'other').ramp[0]?.percent).toBe(100);
  });

  it.each([{ ['__proto__']: { ramp } }, { Web: { ramp } }, { 'a b': {} }])(
    'is refused under a name that is no group: %o',
    (group) => expect(() => readPolicy({ group })).toThrow(/bad|unknown|key/),
  );
});

describe('limits', () => {
  it.each([
    { max_failures: 1e300 },
    { in_flight: 2 ** 53 },
    { failure_rate: { percent: Number.NaN, sample: 1 } },
    { failure_rate: { percent: 5, sample: 1e16 } },
    { ramp: [{ start_after: '0 days', percent: Number.POSITIVE_INFINITY }] },
  ])('are numbers that can be counted: %o', (text) => expect(() => readPolicy(text)).toThrow());
});

describe('settings that contradict each other', () => {
  const canary = (soak: string, timeout: string): PolicyText => ({
    canary: { group: 'canary', soak, timeout },
  });

  it.each([
    [canary('5 days', '4 days'), ['5 days', '4 days']],
    [canary('24 hours', '1 day'), ['24 hours', '1 day']],
    [{ in_flight: '150 %' }, ['150 %', '100 %']],
    [{ in_flight: '0 %' }, ['0 %', 'no host']],
    [{ in_flight: '000%' }, ['000%', 'no host']],
    [{ silent_after: '0 weeks' }, ['0 weeks', 'every host']],
    [{ silent_after: '999999 weeks' }, ['999999 weeks', '36500 days']],
    [{ group: { db: { ramp: [{ start_after: '400000 days', percent: 1 }] } } }, ['400000 days']],
  ] as [PolicyText, string[]][])('are refused with both numbers: %o', (text, numbers) => {
    for (const number of numbers) expect(() => refuseContradictions(text)).toThrow(number);
  });

  it('are none when the canary can pass in time', () => {
    expect(() => refuseContradictions(canary('1 day', '25 hours'))).not.toThrow();
  });
});
