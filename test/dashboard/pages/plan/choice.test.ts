import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withOffset, zoneHere } from '../../../../dashboard/format/local-time.ts';
import { choiceOf, commandOf, problemOf, requestOf } from '../../../../dashboard/pages/plan/choice.ts';

const of = { name: 'core', channel: 'stable' };
const starts = '2026-12-01T21:00:00.000Z';
const own = { max_failures: 3 };
const planned = { starts, policy: 'own', policyText: { max_failures: 7 } };
const choose = (words: string, isPlanned = false) =>
  choiceOf(new URLSearchParams(words), of, isPlanned ? planned : undefined);

beforeAll(() => {
  Object.assign(globalThis, { location: { origin: 'https://updates' } });
});
afterAll(() => {
  Reflect.deleteProperty(globalThis, 'location');
});

describe('a plan', () => {
  it('is the channel’s policy at once, unless the address or a scheduled rollout says otherwise', () => {
    expect(choose('')).toEqual({ ...of, policy: 'channel', starts: 'now', from: '', to: '' });
    expect(choose('', true)).toMatchObject({ policy: 'planned', starts });
    expect(choiceOf(new URLSearchParams(), of, { starts, policy: 'careful' }).policy).toBe('careful');
    expect(choose('policy=now&starts=now&from=22:00&to=05:00', true)).toEqual({
      ...of,
      policy: 'now',
      starts: 'now',
      from: '22:00',
      to: '05:00',
    });
  });

  it('is refused with one hour alone, and with a start that is over', () => {
    const now = new Date(starts);
    expect(problemOf(choose(`starts=${starts}`), now)).toBe('');
    expect(problemOf(choose('from=22:00'), now)).toContain('both hours');
    expect(problemOf(choose('starts=2026-11-30T21:00:00.000Z'), now)).toContain('over');
  });

  it('asks by the name of a policy, or in full for one that has none', () => {
    const request = (words: string, policy = 'own') =>
      requestOf(choose(words, true), { policy, text: own }, planned);
    expect(request('policy=channel&starts=now')).toEqual({ ...of, policy: own });
    expect(request('policy=channel&starts=now', 'careful')).toEqual({ ...of, policy: 'careful' });
    expect(request('')).toEqual({ ...of, policy: planned.policyText, starts });
    expect(request('policy=now&from=22:00&to=05:00')).toEqual({
      ...of,
      ...{ policy: 'now', starts, window: { from: '22:00', to: '05:00', zone: zoneHere() } },
    });
  });

  it('is one command, but for a policy that only its rollout has', () => {
    expect(commandOf(choose('policy=careful&from=22:00&to=05:00', true))).toBe(
      `interlock rollout start core --channel stable --policy careful --window '22:00-05:00 ${zoneHere()}' --at ${withOffset(new Date(starts))} --server https://updates`,
    );
    expect(commandOf(choose(''))).toBe(
      'interlock rollout start core --channel stable --server https://updates',
    );
    expect(commandOf(choose('', true))).toBeUndefined();
  });
});
