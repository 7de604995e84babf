import { expect, it } from 'vitest';
import { goodVersion } from '../../../../update-server/domain/rollout/good-version.ts';
import { hoursLater, rollout } from './make-rollout.ts';

const earlier = (version: string, hours: number, confirmed: number, failed: number) =>
  rollout({
    version,
    created: hoursLater(hours).toISOString(),
    counts: { inFlight: 0, confirmed, failed, canaryFailed: 0, silent: 0 },
  });
const bad = earlier('4', 4, 0, 2);

it('is that of the last rollout before that went well', () => {
  const before = [
    earlier('5', 5, 9, 0),
    bad,
    earlier('3', 3, 1, 2),
    earlier('2', 2, 9, 1),
    earlier('1', 1, 9, 0),
  ];
  expect(goodVersion(bad, before, '3', undefined)).toBe('2');
});

it('is none that is blocked or withdrawn', () => {
  const refused = {
    blocked: [{ version: '2', reason: '' }],
    withdrawn: [{ version: '1', to: '0', reason: '' }],
  };
  expect(goodVersion(bad, [bad, earlier('2', 2, 9, 0), earlier('1', 1, 9, 0)], '0', refused)).toBe('0');
});

it('is what most hosts run when there was no rollout, and else unknown', () => {
  expect(goodVersion(bad, [bad], '3', undefined)).toBe('3');
  expect(goodVersion(bad, [bad], null, undefined)).toBeNull();
});
