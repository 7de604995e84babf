import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../../../protocol/documents/policy.ts';
import { refusal } from '../../../../update-server/domain/rollout/admit.ts';
import { applyAction, passCanary } from '../../../../update-server/domain/rollout/apply-action.ts';
import { cohortOf } from '../../../../update-server/domain/rollout/cohort.ts';
import { haltReason, judgeCanary } from '../../../../update-server/domain/rollout/judge.ts';
import { choosePolicy, withWindow } from '../../../../update-server/domain/rollout/policies.ts';
import { byTime, preview } from '../../../../update-server/domain/rollout/preview.ts';
import { inFlightLimit, type Rollout, rampRan } from '../../../../update-server/domain/rollout/rollout.ts';
import { aged, begin, hoursLater, rollout } from './make-rollout.ts';

const counts = (parts: Partial<Rollout['counts']>) => ({
  inFlight: 0,
  confirmed: 0,
  failed: 0,
  canaryFailed: 0,
  silent: 0,
  ...parts,
});
const canary = { group: 'canary', soak: '1 day', timeout: '4 days' };
const host = (parts: object = {}) => ({ id: 'host-1', group: 'web', granted: false, ...parts });
const early = { start_after: '0 hours', percent: 0 };
const late = { start_after: '10 hours', percent: 100 };

describe('who may start', () => {
  it('a head without a rollout is offered to nobody', () => {
    expect(refusal(undefined, host(), begin)).toBe('no_rollout');
    expect(refusal(rollout({ state: 'superseded' }), host(), begin)).toBe('no_rollout');
  });

  it.each(['paused', 'halted', 'aborted'] as const)(
    'nobody while it is %s, not even who has leave',
    (state) => {
      expect(refusal(rollout({ state }), host({ granted: true }), begin)).toBe(state);
    },
  );

  it('nobody before it starts or outside a window', () => {
    expect(refusal(rollout({ starts: hoursLater(1).toISOString(), begun: null }), host(), begin)).toBe(
      'scheduled',
    );
    const window = [{ from: '20:00', to: '21:00', zone: 'UTC' }];
    expect(refusal(rollout({ text: { window } }), host({ granted: true }), begin)).toBe('outside_window');
    expect(refusal(rollout({ text: { window } }), host(), hoursLater(8))).toBeNull();
  });

  it('canaries first, the others by the ramp once the canary passed', () => {
    const waiting = rollout({ text: { canary, ramp: [early, late] } });
    expect(refusal(waiting, host({ group: 'canary' }), begin)).toBeNull();
    expect(refusal(waiting, host(), hoursLater(100))).toBe('canary_first');
    const passed = passCanary(waiting, hoursLater(30));
    expect(refusal(aged(passed, hoursLater(39)), host(), hoursLater(39))).toBe('not_yet');
    expect(refusal(aged(passed, hoursLater(40)), host(), hoursLater(40))).toBeNull();
  });

  it('a group by its own pace, a host that has leave whatever the ramp says', () => {
    const text = {
      ramp: [early, late],
      group: { slow: { ramp: [{ start_after: '20 hours', percent: 100 }] } },
    };
    expect(refusal(aged(rollout({ text }), hoursLater(10)), host(), hoursLater(10))).toBeNull();
    expect(refusal(aged(rollout({ text }), hoursLater(10)), host({ group: 'slow' }), hoursLater(10))).toBe(
      'not_yet',
    );
    expect(
      refusal(
        aged(rollout({ text }), hoursLater(10)),
        host({ group: 'slow', granted: true }),
        hoursLater(10),
      ),
    ).toBeNull();
    expect(
      refusal(aged(rollout({ text }), hoursLater(20)), host({ group: 'slow' }), hoursLater(20)),
    ).toBeNull();
  });

  it('no more at once than the limit, which is 5 % and at least 10 unless the policy says otherwise', () => {
    expect(refusal(rollout({ counts: counts({ inFlight: 50 }) }), host(), begin)).toBe('in_flight_limit');
    expect(refusal(rollout({ counts: counts({ inFlight: 49 }) }), host(), begin)).toBeNull();
    expect([1, 200, 201, 100_000].map((active) => inFlightLimit(rollout({ active })))).toEqual([
      10, 10, 11, 5000,
    ]);
    expect(inFlightLimit(rollout({ text: { in_flight: 3 } }))).toBe(3);
    expect(inFlightLimit(rollout({ text: { in_flight: '1 %' }, active: 30 }))).toBe(1);
  });
});

describe('when it stops by itself', () => {
  it('at a canary’s first failure, at max_failures, and at the rate once the sample is large enough', () => {
    const text = { max_failures: 20, failure_rate: { percent: 5, sample: 40 } };
    const reason = (parts: Partial<Rollout['counts']>) =>
      haltReason(rollout({ text, counts: counts(parts) }));
    expect(reason({ failed: 1, canaryFailed: 1 })).toContain('canary');
    expect(reason({ failed: 20, confirmed: 10_000 })).toContain('20 hosts failed');
    expect(reason({ failed: 19, confirmed: 10_000 })).toBeNull();
    expect(reason({ failed: 3, confirmed: 36 })).toBeNull();
    expect(reason({ failed: 3, confirmed: 37 })).toContain('3 of 40');
    expect(reason({ failed: 2, confirmed: 38 })).toBeNull();
  });

  it('not again for what failed before it was resumed', () => {
    const halted = rollout({ state: 'halted', counts: counts({ failed: 5, canaryFailed: 1 }) });
    expect(haltReason(applyAction(halted, 'resume', begin, 'looked at'))).toBeNull();
  });

  it('at the end of the canary’s time; it passes only when all active canaries confirmed and soaked', () => {
    const waiting = rollout({ text: { canary } });
    const all = { active: 2, confirmed: 2, lastMs: 10 * 3_600_000, missing: [] };
    expect(judgeCanary(waiting, all, 33.9 * 3_600_000)).toBe('wait');
    expect(judgeCanary(waiting, all, 34 * 3_600_000)).toBe('passed');
    expect(judgeCanary(waiting, { ...all, active: 3 }, 95 * 3_600_000)).toBe('wait');
    expect(judgeCanary(waiting, { ...all, active: 3 }, 96 * 3_600_000)).toEqual({
      halt: '2 of 3 canary hosts confirmed it in time',
    });
    expect(
      judgeCanary(waiting, { active: 0, confirmed: 0, lastMs: null, missing: [] }, 96 * 3_600_000),
    ).toHaveProperty('halt');
  });
});

describe('an operator', () => {
  it('pauses and resumes the ramp’s clock', () => {
    const paused = applyAction(aged(rollout(), hoursLater(3)), 'pause', hoursLater(3), 'lunch');
    expect(rampRan(paused, hoursLater(9))).toBe(3 * 3_600_000);
    const resumed = applyAction(paused, 'resume', hoursLater(9), '');
    expect(rampRan(aged(resumed, hoursLater(10)), hoursLater(10))).toBe(4 * 3_600_000);
  });

  it('finishes: everybody may start, within the limits', () => {
    const text = { canary, ramp: [early, late] };
    const finished = applyAction(rollout({ text }), 'finish', begin, '');
    expect(refusal(finished, host(), begin)).toBeNull();
    expect(refusal({ ...finished, counts: counts({ inFlight: 50 }) }, host(), begin)).toBe('in_flight_limit');
  });

  it('is refused what the state does not allow', () => {
    const aborted = applyAction(rollout(), 'abort', begin, '');
    for (const action of ['pause', 'resume', 'abort', 'finish'] as const) {
      expect(() => applyAction(aborted, action, begin, '')).toThrow('aborted');
    }
    expect(() => applyAction(rollout(), 'resume', begin, '')).toThrow('running');
  });
});

describe('policies', () => {
  it('are shipped: careful, normal and now', () => {
    expect(readPolicy(choosePolicy('careful').text)).toMatchObject({
      canary: { group: 'canary', soakMs: 86_400_000 },
      shape: 'linear',
    });
    expect(readPolicy(choosePolicy('normal').text).ramp.map(({ percent }) => percent)).toEqual([
      10, 25, 50, 100,
    ]);
    expect(readPolicy(choosePolicy('now').text).ramp).toEqual([{ afterMs: 0, percent: 100 }]);
    expect(() => choosePolicy('reckless')).toThrow('reckless');
  });

  it.each([
    [{ ramp: [late, early] }, 'step 2'],
    [{ ramp: [{ start_after: '1 fortnight', percent: 1 }] }, 'ramp/0/start_after'],
    [{ window: [{ from: '01:00', to: '01:00', zone: 'UTC' }] }, 'never open'],
    [{ window: [{ from: '01:00', to: '02:00', zone: 'Mars/Base' }] }, 'Mars/Base'],
    [{ canaries: 1 }, 'canaries'],
  ])('refuse %j', (text, problem) => {
    expect(() => readPolicy(text, 'careful.toml')).toThrow(problem);
  });

  it('can be looked at beforehand: each host when its cohort is in', () => {
    const policy = readPolicy({ canary, ramp: [{ start_after: '0 hours', percent: 50 }] });
    const hosts = Array.from({ length: 100 }, (_, n) => ({
      id: `host-${n}`,
      hostname: `web-${n}`,
      group: n === 0 ? 'canary' : 'web',
      version: '1.0',
    }));
    const steps = preview(policy, 'r', hosts, begin);
    const inHalf = hosts.filter(({ id, group }) => group === 'web' && cohortOf(id, 'r') < 5000).length;
    expect(steps.map(({ at, group, hosts: n }) => [at, group, n])).toEqual([
      [begin.toISOString(), 'canary', 1],
      [hoursLater(24).toISOString(), null, inHalf],
      [null, null, 99 - inHalf],
    ]);
  });
});

it('the steps of several architectures are in one order, those without a time last', () => {
  const step = (at: string | null) => ({ at, group: null, hosts: 1, some: [] });
  const [first, second] = [begin.toISOString(), hoursLater(1).toISOString()];
  expect(byTime([step(second), step(null), step(first)]).map(({ at }) => at)).toEqual([first, second, null]);
});

describe('a window for one rollout', () => {
  const window = { from: '22:00', to: '05:00', zone: 'UTC' };
  it('takes the place of the policy’s and its groups’, and nothing else changes', () => {
    const careful = choosePolicy('careful');
    const group = { edge: { window: [{ ...window, from: '12:00' }], shape: 'linear' as const } };
    const changed = withWindow({ name: 'own', text: { ...careful.text, group } }, window);
    expect(changed.text).toEqual({ ...careful.text, window: [window], group: { edge: { shape: 'linear' } } });
    expect(withWindow(careful, undefined)).toBe(careful);
  });

  it('that is never open is refused', () => {
    expect(() => withWindow(choosePolicy('now'), { ...window, to: '22:00' })).toThrow(/never open/);
    expect(() => withWindow(choosePolicy('now'), { ...window, zone: 'Mars/Base' })).toThrow(/time zone/);
  });
});
