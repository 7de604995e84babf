import { expect, it } from 'vitest';
import type { HostSummary } from '../../../protocol/api/operator.ts';
import { stateOf } from '../../../protocol/rules/host-state.ts';

const now = '2026-01-02T00:00:00.000Z';
const host: HostSummary = {
  ...{ id: 'host-0001', hostname: 'web-1', name: 'core', arch: 'x86-64', channel: 'stable', group: 'web' },
  ...{ version: '1', at: 'idle', lastSeen: now, held: false, pinned: null, approved: true, cloned: false },
  ...{ decision: 'up_to_date', offered: null, trouble: null },
};

it('puts a host into one state by the server’s rule', () => {
  const at = Date.parse(now);
  expect(stateOf(host, at)).toBe('up_to_date');
  expect(stateOf({ ...host, decision: 'pinned' }, at)).toBe('held');
  expect(stateOf({ ...host, decision: 'not_yet' }, at)).toBe('waiting');
  expect(stateOf({ ...host, lastSeen: null }, at)).toBe('new');
  expect(stateOf(host, at + 86_400_001)).toBe('silent');
});
