import { expect, test } from 'vitest';
import { checkClock, provenTime } from '../../../agent/trust/check-clock.ts';
import { parseDocument } from '../../../agent/trust/document.ts';

const timestamp = (expires: string) => parseDocument(JSON.stringify({ signed: { version: 1, expires } }));
const now = new Date('2026-06-02T00:00:00Z');

test('a clock before anything that is known is behind', () => {
  expect(() => checkClock(now, [null, '2026-06-01T23:59:59Z'])).not.toThrow();
  expect(() => checkClock(now, [null, null])).not.toThrow();
  expect(() => checkClock(now, ['2026-01-01T00:00:00Z', '2026-06-02T00:00:00.001Z'])).toThrow(
    expect.objectContaining({ code: 'clock_behind' }),
  );
});

test('a timestamp proves when it was signed, never more than the clock says', () => {
  expect(provenTime(timestamp('2026-06-02T12:00:00Z'), null, now)).toBe('2026-06-01T12:00:00.000Z');
  expect(provenTime(timestamp('2036-06-02T12:00:00Z'), null, now)).toBe('2026-06-02T00:00:00.000Z');
  expect(provenTime(timestamp('2026-06-02T12:00:00Z'), '2026-06-01T18:00:00Z', now)).toBe(
    '2026-06-01T18:00:00Z',
  );
});
