import { describe, expect, it } from 'vitest';
import type { HostSummary } from '../../../../protocol/api/operator.ts';
import { explain } from '../../../../update-server/domain/hosts/explain.ts';
import { begin, hoursLater, rollout } from '../rollout/make-rollout.ts';

const at = begin.toISOString();
const host = (parts: Partial<HostSummary>): HostSummary => ({
  ...{ id: '2fa10000-0000-0000-0000-000000000000', hostname: 'web-1', name: 'core', arch: 'x86-64' },
  ...{ channel: 'stable', group: 'web', version: '1.0', at: 'idle', lastSeen: at, held: false, pinned: null },
  ...{ approved: true, cloned: false, decision: 'up_to_date', offered: null, trouble: null },
  ...parts,
});
const one = rollout({ id: '1b4e28ba-2fa1-41d2-883f-0016d3cca427' });

describe('what a host’s page advises', () => {
  it.each([
    ['held', 'interlock host hold 2fa10000 --off'],
    ['pinned', 'interlock host pin 2fa10000 --off'],
    ['cloned', 'interlock host forget 2fa10000'],
    ['paused', 'interlock rollout resume 1b4e28ba'],
    ['halted', 'interlock rollout show 1b4e28ba'],
    ['aborted', 'interlock rollout start core --channel stable'],
    ['no_rollout', 'interlock rollout start core --channel stable'],
  ] as const)('for %s can be typed as it stands', (decision, command) => {
    const isState = decision === 'paused' || decision === 'halted' || decision === 'aborted';
    const now = decision === 'no_rollout' ? undefined : { ...one, ...(isState ? { state: decision } : {}) };
    expect(explain(host({ decision }), now, begin)).toContain(command);
  });
});

describe('what became of its last leave', () => {
  const since = hoursLater(1).toISOString();
  const standing = (is: string) => ({ standing: { is, version: '2.0', since } });

  it('is told of a host that fell silent, with since when, whatever it was answered before', () => {
    const why = explain(host({ decision: 'offered', offered: '2.0', ...standing('silent') }), one, begin);
    expect(why).toContain(`The host is silent: it reported at ${since} that it reboots into 2.0`);
    expect(why).toContain('counts as failed');
  });

  it.each([
    ['rebooting', 'It counts as under way until it confirms or fails'],
    ['confirmed', 'The host confirmed 2.0'],
    ['fell_back', 'fell_back'],
    ['withdrawn', 'was withdrawn'],
  ])('is told when it is %s', (is, words) => {
    expect(explain(host({ decision: 'offered', offered: '2.0', ...standing(is) }), one, begin)).toContain(
      words,
    );
  });

  it('is not, once the host was answered for another version', () => {
    const why = explain(host({ decision: 'not_yet', ...standing('fell_back') }), one, begin);
    expect(why).not.toContain('2.0 ended');
  });

  it('comes with what its agent is stuck on', () => {
    const trouble = { code: 'space_missing', text: 'no room', since };
    const why = explain(host({ decision: 'offered', offered: '2.0', trouble }), one, begin);
    expect(why).toContain(`stuck since ${since}: space_missing, no room`);
  });
});

describe('what is not true any more', () => {
  it('is shown as what the host was answered, before what is true now', () => {
    const why = explain(host({ decision: 'paused' }), one, begin);
    expect(why).toContain('Nothing keeps the host from updating');
    expect(why).toContain(`last in contact at ${at}, before that changed, and was answered: rollout paused`);
  });

  it('is marked as old for a host that missed its check-ins', () => {
    const why = explain(host({ decision: 'up_to_date', state: 'silent' }), one, hoursLater(1));
    expect(why).toContain(`The host is silent: this is what it said at ${at}`);
  });
});
