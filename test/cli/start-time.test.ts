import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { describeStart, readStartTime } from '../../cli/flags/start-time.ts';

const now = Temporal.ZonedDateTime.from('2026-11-30T14:30:00+01:00[Europe/Berlin]');

describe('a start is taken as people write it', () => {
  it.each([
    ['22:00', '2026-11-30T21:00:00.000Z'],
    ['9:05', '2026-12-01T08:05:00.000Z'],
    ['today 22:00', '2026-11-30T21:00:00.000Z'],
    ['tomorrow 22:00', '2026-12-01T21:00:00.000Z'],
    ['Tomorrow 06:30', '2026-12-01T05:30:00.000Z'],
    ['friday 22:00', '2026-12-04T21:00:00.000Z'],
    ['mon 22:00', '2026-11-30T21:00:00.000Z'],
    ['monday 08:00', '2026-12-07T07:00:00.000Z'],
    ['2026-12-01 22:00', '2026-12-01T21:00:00.000Z'],
    ['2026-12-01T22:00:30', '2026-12-01T21:00:30.000Z'],
    ['2026-12-01T22:00:00Z', '2026-12-01T22:00:00.000Z'],
    ['2026-12-01T22:00:00.000Z', '2026-12-01T22:00:00.000Z'],
    ['2026-12-01T22:00+05:30', '2026-12-01T16:30:00.000Z'],
    ['2026-12-01 22:00 -0800', '2026-12-02T06:00:00.000Z'],
    ['2026-12-01 22:00 America/New_York', '2026-12-02T03:00:00.000Z'],
    ['22:00 UTC', '2026-11-30T22:00:00.000Z'],
    ['in 2h', '2026-11-30T15:30:00.000Z'],
    ['+90m', '2026-11-30T15:00:00.000Z'],
    ['in 1 day', '2026-12-01T13:30:00.000Z'],
    ['+1h 30m', '2026-11-30T15:00:00.000Z'],
    ['now', '2026-11-30T13:30:00.000Z'],
  ])('%s', (text, instant) => {
    expect(readStartTime(text, now)).toBe(instant);
  });

  it('also over the change of clocks, where that hour is there once, twice or not at all', () => {
    const spring = Temporal.ZonedDateTime.from('2026-03-28T12:00:00+01:00[Europe/Berlin]');
    expect(readStartTime('tomorrow 12:00', spring)).toBe('2026-03-29T10:00:00.000Z');
    expect(readStartTime('tomorrow 02:30', spring)).toBe('2026-03-29T01:30:00.000Z');
    const autumn = Temporal.ZonedDateTime.from('2026-10-24T12:00:00+02:00[Europe/Berlin]');
    expect(readStartTime('tomorrow 02:30', autumn)).toBe('2026-10-25T00:30:00.000Z');
  });
});

describe('a start is refused, with examples,', () => {
  it.each(['25:00', '2026-02-30 22:00', '2026-12-01', 'someday 22:00', '22:00 Mars/Olympus', '2h', '', 'in'])(
    'that is %j',
    (text) => {
      expect(() => readStartTime(text, now)).toThrow('tomorrow 22:00');
    },
  );

  it.each(['2026-11-01 22:00', 'today 08:00', '2020-01-01T00:00:00Z'])('that is over: %s', (text) => {
    expect(() => readStartTime(text, now)).toThrow('is over');
  });
});

it('is repeated with its zone, and with how far it is', () => {
  const at = new Date('2026-12-01T21:00:00Z');
  expect(describeStart('2026-12-01T22:00:00.000Z', at)).toMatch(
    /^starts 2026-12-0\dT\d\d:\d\d(Z|[+-]\d\d:\d\d), in 1 h/,
  );
  expect(describeStart('2026-12-01T20:00:00.000Z', at)).toBe('starts now');
});
