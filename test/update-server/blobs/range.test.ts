import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseContentRange, wantedRange } from '../../../update-server/blobs/range.ts';

const all = { start: 0, end: 99, partial: false };
const ask = (range?: string, ifRange?: string) => wantedRange(100, range, ifRange, '"tag"');

describe('a Range header', () => {
  it.each([
    [undefined, all],
    ['bytes=0-0', { start: 0, end: 0, partial: true }],
    ['bytes=10-', { start: 10, end: 99, partial: true }],
    ['bytes=10-1000', { start: 10, end: 99, partial: true }],
    ['bytes=-1', { start: 99, end: 99, partial: true }],
    ['bytes=-1000', { start: 0, end: 99, partial: true }],
    ['BYTES=5-6', { start: 5, end: 6, partial: true }],
    ['bytes=99-', { start: 99, end: 99, partial: true }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-3', all],
    ['bytes=0-1,5-6', all],
    ['bytes=-', all],
    ['bytes=a-b', all],
    ['lines=1-2', all],
  ])('%s', (range, expected) => {
    expect(ask(range)).toEqual(expected);
  });

  it('counts only for the version that If-Range names', () => {
    expect(ask('bytes=1-2', '"tag"')).toEqual({ start: 1, end: 2, partial: true });
    expect(ask('bytes=1-2', '"other"')).toEqual(all);
    expect(ask('bytes=1-2', 'W/"tag"')).toEqual(all);
  });

  it('has nothing to give of an empty file', () => {
    expect(wantedRange(0, 'bytes=0-', undefined, '')).toBe('unsatisfiable');
  });

  it('never leads outside the file', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), fc.string(), fc.nat(), fc.nat(), (size, text, a, b) => {
        for (const range of [text, `bytes=${a}-${b}`, `bytes=${a}-`, `bytes=-${b}`, `bytes=${text}`]) {
          const wanted = wantedRange(size, range, undefined, '');
          if (wanted === 'unsatisfiable') continue;
          expect(wanted.start).toBeGreaterThanOrEqual(0);
          expect(wanted.start).toBeLessThanOrEqual(wanted.end);
          expect(wanted.end).toBeLessThan(size);
        }
      }),
    );
  });
});

it('a Content-Range is taken only when it lies inside its size', () => {
  expect(parseContentRange('bytes 0-9/10')).toEqual({ from: 0, to: 9, size: 10 });
  for (const bad of [
    undefined,
    '',
    'bytes 0-10/10',
    'bytes 5-4/10',
    'bytes */10',
    'bytes 0-9/*',
    ' bytes 0-9/10',
  ]) {
    expect(parseContentRange(bad)).toBeUndefined();
  }
});
