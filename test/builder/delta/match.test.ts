import fc from 'fast-check';
import { expect, test } from 'vitest';
import { match } from '../../../builder/delta/match.ts';

/** An old file, and the same after some edits: bytes changed, put in, taken out, moved. */
const edited = fc
  .record({
    old: fc.uint8Array({ maxLength: 4000 }),
    edits: fc.array(
      fc.tuple(fc.constantFrom('change', 'insert', 'remove', 'move'), fc.nat(4000), fc.nat(200)),
      {
        maxLength: 12,
      },
    ),
  })
  .map(({ old, edits }) => {
    let next: Buffer = Buffer.from(old);
    for (const [kind, at, count] of edits) {
      const place = Math.min(at, next.length);
      const [front, middle, back] = [
        next.subarray(0, place),
        next.subarray(place, place + count),
        next.subarray(place + count),
      ];
      if (kind === 'change')
        next = Buffer.concat([front, Buffer.from(middle.map((byte) => byte ^ count)), back]);
      if (kind === 'insert') next = Buffer.concat([front, Buffer.alloc(count, at), middle, back]);
      if (kind === 'remove') next = Buffer.concat([front, back]);
      if (kind === 'move') next = Buffer.concat([front, back, middle]);
    }
    return { old: Buffer.from(old), next };
  });

test('the stretches cover the new bytes in order and lie within the old ones', () => {
  fc.assert(
    fc.property(edited, ({ old, next }) => {
      let covered = 0;
      for (const { kind, length, from } of match(old, next)) {
        expect(length).toBeGreaterThan(0);
        if (kind === 'add') expect(from >= 0 && from + length <= old.length).toBe(true);
        covered += length;
      }
      expect(covered).toBe(next.length);
    }),
    { numRuns: 300 },
  );
});

test('a file with scattered changes is one stretch; a moved half is found again', () => {
  const old = Buffer.from(Array.from({ length: 20_000 }, (_, at) => (at * 7919 + (at >> 3) * 104_729) & 255));
  const changed = Buffer.from(old);
  for (let at = 50; at < changed.length; at += 211) changed[at]! ^= 0x55;
  expect(match(old, changed)).toEqual([{ kind: 'add', length: old.length, from: 0 }]);
  const swapped = Buffer.concat([old.subarray(10_000), old.subarray(0, 10_000)]);
  expect(match(old, swapped).filter(({ kind }) => kind === 'insert')).toEqual([]);
});

test('an empty file on either side is no trouble', () => {
  expect(match(Buffer.alloc(0), Buffer.alloc(0))).toEqual([]);
  expect(match(Buffer.from('old bytes'), Buffer.alloc(0))).toEqual([]);
  expect(match(Buffer.alloc(0), Buffer.from('new bytes'))).toEqual([{ kind: 'insert', length: 9, from: 0 }]);
});

test('long runs of one byte take no quadratic time', () => {
  const old = Buffer.concat([Buffer.alloc(4 << 20), Buffer.alloc(4 << 20, 1)]);
  const next = Buffer.concat([Buffer.alloc(3 << 20, 1), Buffer.alloc(3 << 20)]);
  const started = process.cpuUsage().user;
  match(old, next);
  expect(process.cpuUsage().user - started).toBeLessThan(20_000_000);
});
