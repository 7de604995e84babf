import { describe, expect, it } from 'vitest';
import type { PolicyText } from '../../../../protocol/documents/policy.ts';
import { stop } from '../../../../update-server/domain/rollout/apply-action.ts';
import { forecastStart, isScheduled, planOf } from '../../../../update-server/domain/rollout/forecast.ts';
import type { Rollout } from '../../../../update-server/domain/rollout/rollout.ts';
import { summarise } from '../../../../update-server/domain/rollout/summary.ts';
import { aged, begin, hoursLater, rollout } from './make-rollout.ts';

const ramp = [
  { start_after: '0 hours', percent: 10 },
  { start_after: '4 hours', percent: 100 },
];
const at = (hours: number) => hoursLater(hours).toISOString();
const planned = (text: PolicyText, parts: Partial<Rollout> = {}) => {
  const starts = at(24);
  const rampSince = text.canary ? null : starts;
  return rollout({ text, starts, rampSince, resumed: starts, begun: null, ...parts });
};
/** The plan in hours since `begin`. */
const hoursOf = (one: Rollout, now = begin) =>
  planOf(one, now).map(({ at, percent }) => [(Date.parse(at) - begin.getTime()) / 3_600_000, percent]);

describe('a rollout that is planned for tomorrow', () => {
  it('is scheduled, and at no percent', () => {
    const one = planned({ ramp });
    expect(isScheduled(one, begin)).toBe(true);
    expect(summarise(one, begin)).toMatchObject({ state: 'scheduled', percent: 0 });
    expect(summarise({ ...one, full: true }, begin)).toMatchObject({ state: 'scheduled', percent: 0 });
    expect(summarise({ ...one, begun: at(24) }, hoursLater(24))).toMatchObject({ state: 'running' });
    expect(summarise(stop(one, 'paused', begin, ''), begin).state).toBe('paused');
  });

  it('has a plan that begins there', () => {
    const staircase = [
      [24, 10],
      [28, 10],
      [28, 100],
    ];
    expect(hoursOf(planned({ ramp }))).toEqual(staircase);
    const pace = planned({ ramp }).policy;
    expect(forecastStart(pace, 3_600_000, planned({ ramp }), begin)).toEqual(hoursLater(25));
  });

  it('counts the soak of its canary, and the window in which the canary may start', () => {
    const canary = { group: 'canary', soak: '2 hours', timeout: '1 day' };
    expect(hoursOf(planned({ ramp, canary }))[0]).toEqual([26, 10]);
    const window = [{ from: '14:00', to: '20:00', zone: 'UTC' }];
    expect(hoursOf(planned({ ramp, canary, window }))[1]).toEqual([28, 10]);
  });

  it('starts hosts in its windows only', () => {
    // it starts at noon; by midnight the ramp is through
    const one = planned({ ramp, shape: 'linear', window: [{ from: '22:00', to: '23:00', zone: 'UTC' }] });
    expect(hoursOf(one)).toEqual([
      [34, 0],
      [34, 100],
    ]);
    expect(forecastStart(one.policy, 3_600_000, one, begin)).toEqual(hoursLater(34));
  });

  it('climbs in the window, stands still outside, and goes on with what came due', () => {
    const slow = [
      { start_after: '0 hours', percent: 0 },
      { start_after: '40 hours', percent: 100 },
    ];
    const window = [
      { from: '12:00', to: '16:00', zone: 'UTC' },
      { from: '16:00', to: '22:00', zone: 'UTC' },
    ];
    const found = hoursOf(planned({ ramp: slow, shape: 'linear', window }));
    expect(found).toEqual([
      ...[
        [24, 0],
        [24, 0],
        [34, 25],
      ],
      ...[
        [48, 25],
        [48, 60],
        [58, 85],
      ],
      ...[
        [72, 85],
        [72, 100],
      ],
    ]);
  });
});

describe('a rollout that stood still', () => {
  it('is as much later', () => {
    const ran = aged(rollout({ text: { ramp } }), hoursLater(1));
    const paused = stop(ran, 'paused', hoursLater(1), '');
    expect(hoursOf(paused, hoursLater(6))[2]).toEqual([9, 100]);
  });
});
