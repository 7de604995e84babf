import { expect, it } from 'vitest';
import { atHour, fromField, toField, withOffset } from '../../../dashboard/format/local-time.ts';

const time = new Date('2026-12-01T21:07:00.000Z');

it('a field’s time is the moment that it was made of; an empty field is none', () => {
  expect(toField(new Date(2026, 0, 2, 3, 4))).toBe('2026-01-02T03:04');
  expect(fromField(toField(time))).toBe(time.toISOString());
  expect(fromField('')).toBe('');
});

it('a time with its offset is the same moment everywhere', () => {
  expect(withOffset(time)).toMatch(/^2026-12-0\dT\d\d:\d7[+-]\d\d:\d\d$/);
  expect(new Date(withOffset(time))).toEqual(time);
});

it('the hour of another day is by the calendar, over the end of a month too', () => {
  expect(toField(atHour(22, 1, new Date(2026, 10, 30, 9, 5)))).toBe('2026-12-01T22:00');
});
