import { Temporal } from 'temporal-polyfill';
import { expect, it } from 'vitest';
import { readPastTime } from '../../cli/flags/past-time.ts';
import { readStartTime } from '../../cli/flags/start-time.ts';

/** A Monday. */
const now = Temporal.ZonedDateTime.from('2026-11-30T14:30:00+01:00[Europe/Berlin]');

it.each([
  ['now', '2026-11-30T13:30:00.000Z'],
  ['2h', '2026-11-30T11:30:00.000Z'],
  ['2h ago', '2026-11-30T11:30:00.000Z'],
  ['30 min', '2026-11-30T13:00:00.000Z'],
  ['1h30m', '2026-11-30T12:00:00.000Z'],
  ['2 days ago', '2026-11-28T13:30:00.000Z'],
  ['1 week', '2026-11-23T13:30:00.000Z'],
  ['today', '2026-11-29T23:00:00.000Z'],
  ['yesterday', '2026-11-28T23:00:00.000Z'],
  ['Yesterday 22:00', '2026-11-29T21:00:00.000Z'],
  ['monday', '2026-11-29T23:00:00.000Z'],
  ['friday', '2026-11-26T23:00:00.000Z'],
  ['monday 20:00', '2026-11-23T19:00:00.000Z'],
  ['08:00', '2026-11-30T07:00:00.000Z'],
  ['22:00', '2026-11-29T21:00:00.000Z'],
  ['2026-03-01', '2026-02-28T23:00:00.000Z'],
  ['2026-03-01Z', '2026-03-01T00:00:00.000Z'],
  ['2026-03-01 22:00', '2026-03-01T21:00:00.000Z'],
  ['2026-03-01T22:00:00.5Z', '2026-03-01T22:00:00.500Z'],
  ['2026-03-01 22:00 America/New_York', '2026-03-02T03:00:00.000Z'],
])('what is over is taken as people write it: %s', (text, instant) => {
  expect(readPastTime(text, '--since', now)).toBe(instant);
});

it.each(['', 'tomorrow', 'in 2h', 'last night', '2026-13-01', '2026-02-30', '25:00', '2 months', '1 min 3'])(
  'what is no time is refused, with examples: %j',
  (text) => {
    expect(() => readPastTime(text, '--since', now)).toThrow('yesterday 22:00');
  },
);

it('months are not taken for minutes', () => {
  expect(() => readStartTime('in 2 months', now)).toThrow('in 2h');
});
