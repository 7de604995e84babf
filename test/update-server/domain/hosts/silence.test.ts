import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isSilentSql,
  type LastWord,
  seenIn,
  silentAfterMs,
} from '../../../../update-server/domain/hosts/silence.ts';

const minute = 60_000;
const word = (parts: Partial<LastWord> = {}): LastWord => ({
  ...{ seenMs: 0, decision: 'up_to_date', at: 'idle', poll: 3600 },
  ...parts,
});
const long = { sinceMs: 1 };

describe('a host is silent', () => {
  it.each([
    ['three check-ins after its last, when it is idle and asked for every five minutes', {}, 15],
    ['also when its agent does not say how often it asks', { poll: null }, 15],
    ['no sooner than a reboot takes, however often it asks', { poll: 5 }, 15],
    ['by its own poll in the middle of an update', { at: 'acquiring', poll: 1200 }, 60],
    ['by the usual poll there when it does not say', { at: 'locked', poll: null }, 180],
    ['after the pause that a busy server asked for', { decision: 'busy' }, 45],
    ['not before its grant is over while it writes a release', { decision: 'offered' }, 24 * 60],
  ])('%s', (_, parts, minutes) => {
    expect(silentAfterMs(word(parts))).toBe(minutes * minute);
    const at = (ms: number) => seenIn(word(parts), { ms: ms * minute, ...long });
    expect([at(minutes), at(minutes + 0.1)]).toEqual(['lately', 'long ago']);
  });

  it('never while the server itself was away: who was in contact before has time to come again', () => {
    const seen = word({ seenMs: 0 });
    const since = 14 * minute;
    expect(seenIn(seen, { ms: since + 2 * minute, sinceMs: since })).toBe('lately');
    expect(seenIn(seen, { ms: since + 15 * minute, sinceMs: since })).toBe('long ago');
  });

  it('still, when the server starts again', () => {
    expect(seenIn(word({ seenMs: 0 }), { ms: 61 * minute, sinceMs: 60 * minute })).toBe('long ago');
  });
});

it('is the same rule in SQL', () => {
  const db = new Database(':memory:');
  const silent = db
    .prepare<[object], number | null>(
      `SELECT ${isSilentSql} FROM (SELECT @seenMs AS seen_ms, @decision AS decision, @at AS at, @poll AS poll)`,
    )
    .pluck();
  const orNull = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
  const ms = fc.integer({ min: 0, max: 2 * 24 * 60 * minute });
  fc.assert(
    fc.property(
      fc.record({
        seenMs: orNull(ms),
        decision: orNull(fc.constantFrom('offered', 'busy', 'up_to_date', 'not_yet')),
        at: orNull(fc.constantFrom('idle', 'offered', 'locked', 'rebooting')),
        poll: orNull(fc.integer({ min: 1, max: 86_400 })),
      }),
      ms,
      ms,
      (said, nowMs, sinceMs) => {
        const seen = seenIn(said, { ms: nowMs, sinceMs });
        const expected = { never: null, lately: 0, 'long ago': 1 }[seen];
        expect(silent.get({ ...said, nowMs, sinceMs })).toBe(expected);
      },
    ),
  );
  db.close();
});
