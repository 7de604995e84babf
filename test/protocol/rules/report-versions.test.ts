import { expect, it } from 'vitest';
import { versionsOf } from '../../../protocol/rules/report-versions.ts';

it('shows a report’s versions in the order in which the host ran them', () => {
  const report = { from: '1.9.0', version: '2.0.0' };
  expect(versionsOf({ kind: 'confirmed', ...report })).toBe('1.9.0 → 2.0.0');
  expect(versionsOf({ kind: 'fell_back', ...report })).toBe('2.0.0 → 1.9.0');
  expect(versionsOf({ kind: 'failed', from: '2.0.0', version: '2.0.0' })).toBe('2.0.0');
});
