import { expect, test } from 'vitest';
import { lineOfRollout, plannedAt, viewRollout } from '../../../cli/format/rollout-view.ts';
import type { RolloutDetail } from '../../../protocol/api/rollout.ts';

const planned = [
  { at: '2026-03-01T00:00:00Z', percent: 10 },
  { at: '2026-03-01T10:00:00Z', percent: 50 },
  { at: '2026-03-01T20:00:00Z', percent: 100 },
];
const rollout: RolloutDetail = {
  id: '1b4e28ba-2fa1-41d2-883f-0016d3cca427',
  name: 'core',
  channel: 'stable',
  arch: 'x86-64',
  version: '2',
  release: 'a'.repeat(64),
  policy: 'normal',
  state: 'running',
  reason: '',
  created: '2026-03-01T00:00:00Z',
  starts: '2026-03-01T00:00:00Z',
  percent: 50,
  canary: null,
  inFlight: 3,
  inFlightLimit: 10,
  confirmed: 30,
  failed: 1,
  active: 100,
  policyText: { max_failures: 5 },
  resumed: '2026-03-01T00:00:00Z',
  baseline: { confirmed: 30, failed: 1 },
  over: false,
  tally: { on: 30, coming: 69, unable: [{ reason: 'held', hosts: 1 }] },
  named: { failed: [], underWay: [], canary: [], unable: [] },
  waiting: [
    { reason: 'not_yet', hosts: 60 },
    { reason: 'in_flight_limit', hosts: 6 },
  ],
  curve: [{ at: '2026-03-01T05:00:00Z', granted: 34, confirmed: 30, failed: 1 }],
  planned,
};
const now = new Date('2026-03-01T10:00:00Z');

test('the screen sets granted beside planned, and says what stands in the way', () => {
  const lines = viewRollout(rollout, now, 80);
  expect(lines).toEqual([
    'core 2 x86-64 on stable',
    'state      running (policy normal)',
    'since      10 h',
    '',
    'planned    ▁▁▁▁▂▂▂▂▂▂▃▃▃▃▃▃▃▄▄▄▄▄▄▅▅▅▅▅▆▆▆▆▆▇▇▇▇▇███   50.0 % can start',
    'granted              ▃▃▃▃▃▃▃▃▃▃▃····················   34.0 % 34 of 100',
    'good                 ▂▂▂▂▂▂▂▂▂▂▂····················   30.0 % 30 of 100',
    '',
    'under way  3 of at most 10',
    'failed     1; stops at 5',
    'waiting    60 not_yet, 6 in_flight_limit',
  ]);
});

test.each([40, 60, 80, 200])('nothing is wider than a terminal of %i', (width) => {
  const long = { ...rollout, state: 'halted' as const, reason: 'two hosts failed '.repeat(20) };
  for (const line of viewRollout(long, now, width)) expect(line.length).toBeLessThanOrEqual(width);
});

test('in a log it is one line', () => {
  expect(lineOfRollout(rollout)).toBe(
    'core 2 on stable running; planned 50.0 %; granted 34 of 100; 3 under way; 30 good; 1 failed; waiting: 60 not_yet, 6 in_flight_limit',
  );
});

test('the plan is a line between its corners', () => {
  const at = (time: string) => plannedAt(planned, Date.parse(time));
  expect(at('2026-02-28T00:00:00Z')).toBe(0);
  expect(at('2026-03-01T05:00:00Z')).toBe(30);
  expect(at('2026-03-02T00:00:00Z')).toBe(100);
});
