import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, isNewer } from '../../../protocol/text/version.ts';

/** The examples of the UAPI.10 Version Format Specification, oldest first. */
const ladder = [
  '122.1',
  '123~rc1-1',
  '123',
  '123-a',
  '123-a.1',
  '123-1',
  '123-1.1',
  '123^post1',
  '123.a-1',
  '123.1-1',
  '123a-1',
  '124-1',
];

describe('compareVersions', () => {
  test('orders the examples of the specification', () => {
    for (const [low, older] of ladder.entries()) {
      for (const [high, newer] of ladder.entries()) {
        expect(Math.sign(compareVersions(older, newer)), `${older} against ${newer}`).toBe(
          Math.sign(low - high),
        );
      }
    }
  });

  test.each([
    ['1.9', '1.10'],
    ['1~rc1', '1'],
    ['1', '1.0'],
    ['1.0', '1.0.1'],
    ['1A', '1a'],
  ])('%s is older than %s', (older, newer) => {
    expect(isNewer(newer, older)).toBe(true);
    expect(isNewer(older, newer)).toBe(false);
  });

  test('is a total order', () => {
    const version = fc.stringMatching(/^[0-9A-Za-z][0-9A-Za-z.~^-]{0,6}$/);
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
