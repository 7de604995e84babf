import { expect, test } from 'vitest';
import { retryAfterSeconds } from '../../../system/http/retry-after.ts';

const now = new Date('2026-03-01T12:00:00Z');

test.each([
  [undefined, undefined, null],
  ['120', undefined, 120],
  ['0', undefined, 0],
  ['999999999999999999999', undefined, 3600],
  ['Sun, 01 Mar 2026 12:05:00 GMT', undefined, 300],
  // a clock here that is years behind or ahead does not matter
  ['Tue, 01 Mar 2039 12:05:00 GMT', 'Tue, 01 Mar 2039 12:04:30 GMT', 30],
  ['Sun, 01 Mar 2026 11:00:00 GMT', undefined, 0],
  ['Fri, 31 Dec 9999 23:59:59 GMT', undefined, 3600],
  ['-5', undefined, null],
  ['soon', undefined, null],
])('%o in an answer of %o is %o seconds', (text, date, seconds) => {
  expect(retryAfterSeconds({ 'retry-after': text, date }, now)).toBe(seconds);
});
