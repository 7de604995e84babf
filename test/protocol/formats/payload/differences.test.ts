import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differences } from '../../../../builder/delta/differences.ts';
import { addDifferences } from '../../../../protocol/formats/payload/differences.ts';

/** Few values, so that runs of every length occur, and the ends of a byte, so that carries do. */
const bytes = fc
  .array(fc.constantFrom(0, 1, 2, 254, 255), { maxLength: 60 })
  .map((values) => Buffer.from(values));
const pair = fc
  .tuple(bytes, bytes)
  .map(([one, other]) => [one.subarray(0, other.length), other.subarray(0, one.length)] as const);

test('any bytes become any others of their length', () => {
  fc.assert(
    fc.property(pair, ([next, old]) => {
      const { gaps, values } = differences(next, old);
      const made = Buffer.from(old);
      addDifferences(made, gaps, values);
      expect(made).toEqual(next);
    }),
    { numRuns: 1000 },
  );
});

test('an address that moved is the same number wherever it stands', () => {
  const old = Buffer.from('00ff10000000aa00ff100000', 'hex');
  const next = Buffer.from('000011000000aa0000110000', 'hex');
  const { values } = differences(next, old);
  expect(values.toString('hex')).toBe('01000100');
});

test('damaged streams give other bytes or payload_invalid, never another error', () => {
  fc.assert(
    fc.property(pair, fc.nat(), fc.nat(255), ([next, old], at, value) => {
      const { gaps, values } = differences(next, old);
      if (gaps.length > 0) gaps[at % gaps.length] = value;
      try {
        addDifferences(Buffer.from(old), gaps, values);
      } catch (error) {
        expect(error).toMatchObject({ code: 'payload_invalid' });
      }
    }),
    { numRuns: 1000 },
  );
});
