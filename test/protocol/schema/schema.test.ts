import fc from 'fast-check';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { HostState } from '../../../protocol/api/operator.ts';
import { PolicyRequest } from '../../../protocol/api/rollout.ts';
import { Arch, Count, Positive, problemOf, strict, Time, Word } from '../../../protocol/schema/schema.ts';

const isTime = (text: string) => problemOf(Time, text) === undefined;

describe('a value that may be of several kinds', () => {
  it.each([
    [{ policy: { max_failures: 1e308 } }, 'policy/max_failures must be <='],
    [{ policy: { failure_rate: { percent: 101, sample: 1 } } }, 'policy/failure_rate/percent must be <= 100'],
    [{ policy: { silent_after: 'soon' } }, 'policy/silent_after'],
    [{ policy: 5 }, 'policy must be string'],
  ])('is refused for what is wrong in the kind that was meant: %o', (value, problem) => {
    expect(problemOf(PolicyRequest, value)).toContain(problem);
  });
});

describe('a value that is not what was asked for', () => {
  it.each([
    [HostState, 'wating', /^value wating is not one of up_to_date, .*; did you mean waiting\?$/],
    [Arch, 'amd65', /^value amd65 is not one of x86-64, arm64$/],
    [strict({ name: Word }), {}, /^name is missing$/],
    [strict({ host: strict({ name: Word }) }), { host: {} }, /^host lacks name$/],
    [strict({ name: Word }), { name: 'Web 1' }, /^name is not a name: up to 63 lower-case letters/],
    [strict({ note: Type.String({ maxLength: 3 }) }), { note: 'long' }, /^note has more than 3 characters$/],
  ])('is named in a sentence with the choices (%#)', (schema, value, problem) => {
    expect(problemOf(schema, value)).toMatch(problem);
  });
});

describe('a time', () => {
  it.each([
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T23:60:00Z',
    '2026-01-01T23:59:60Z',
    '2026-01-01T23:59:59.1234567890Z',
    '2026-01-01 22:00:00Z',
    '2026-01-01T22:00:00+01:00',
    '+12026-01-01T00:00:00Z',
  ])('is refused when the calendar has none such: %s', (text) => {
    expect(problemOf(Time, text)).toContain('not a calendar time');
  });

  it.each(['2028-02-29T23:59:59Z', '2000-02-29T00:00:00.5Z', '2026-12-31T23:59:59.123456789Z'])(
    'is taken: %s',
    (text) => expect(isTime(text)).toBe(true),
  );

  it('is whatever a date prints, and never what is no date', () => {
    const years = { min: new Date('1970-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z') };
    fc.assert(fc.property(fc.date({ ...years, noInvalidDate: true }), (date) => isTime(date.toISOString())));
    const two = (max: number) => fc.nat(max).map((part) => String(part).padStart(2, '0'));
    fc.assert(
      fc.property(fc.nat(9999), two(19), two(39), two(29), (year, month, day, hour) => {
        const text = `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:00:00Z`;
        const date = new Date(text);
        // dates that overflow into the next month are none of the calendar
        const isReal = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text.slice(0, 13));
        expect(isTime(text)).toBe(isReal);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a number', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300, 2 ** 53, -1, 0.5])('%s is no count', (value) => {
    expect(problemOf(Count, value)).toBeDefined();
    expect(problemOf(Positive, value)).toBeDefined();
  });

  it('is taken up to what it holds exactly', () => {
    expect(problemOf(Count, Number.MAX_SAFE_INTEGER)).toBeUndefined();
    expect(problemOf(Positive, 0)).toBeDefined();
  });
});
