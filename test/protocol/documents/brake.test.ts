import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Brake, parseBrake, withBrake, withdrawalProblem } from '../../../protocol/documents/brake.ts';
import { type Channel, nextHop } from '../../../protocol/documents/channel.ts';
import { isNewer } from '../../../protocol/text/version.ts';

const named = (version: string) => ({ version, releases: { 'x86-64': version.padEnd(64, '0') } });

function channel(head: string, rest: Partial<Channel> = {}): Channel {
  return {
    format: 1,
    name: 'tiny',
    channel: 'stable',
    serial: 1,
    head: named(head),
    heads: ['1', '2', '3', '4', '5', '6', '7', '8', '9'].filter((v) => isNewer(head, v)).map(named),
    floors: [],
    minimum: null,
    blocked: [],
    withdrawn: [],
    ...rest,
  };
}

function brake(rest: Partial<Brake>): Brake {
  return { format: 1, name: 'tiny', channel: 'stable', serial: 1, blocked: [], withdrawn: null, ...rest };
}

const back = (version: string, to: string) => brake({ withdrawn: { version, to, reason: 'loses packets' } });

const hop = (document: Channel, running: string) => {
  const result = nextHop(document, running, 'x86-64');
  return 'none' in result ? result.none : result.to.version;
};

describe('withBrake', () => {
  test.each([
    ['stops an upgrade', channel('5'), brake({ blocked: [{ version: '5', reason: 'x' }] }), '4', 'blocked'],
    ['sends the head’s hosts back', channel('5'), back('5', '3'), '5', '3'],
    ['and those of heads between', channel('5'), back('5', '3'), '4', '3'],
    ['and gives older hosts the earlier head', channel('5'), back('5', '3'), '1', '3'],
    ['leaves hosts of the earlier head', channel('5'), back('5', '3'), '3', 'up_to_date'],
    ['leaves hosts of what was never head', channel('5'), back('5', '3'), '4.1', 'newer_than_head'],
    ['is void once the channel moves on', channel('6'), back('5', '3'), '5', '6'],
    ['goes to no version that was never head', channel('5'), back('5', '4.1'), '5', 'up_to_date'],
    [
      'goes nowhere without a memory of heads',
      { ...channel('5'), heads: undefined as never },
      back('5', '4'),
      '5',
      'up_to_date',
    ],
    ['does not go below the minimum', channel('5', { minimum: '4' }), back('5', '3'), '5', 'up_to_date'],
    ['never goes up', channel('5'), back('5', '6'), '5', 'up_to_date'],
    [
      'takes no floor away that is on the way',
      channel('5', { floors: [named('2'), named('4')] }),
      back('5', '3'),
      '1',
      '2',
    ],
    [
      'sends what the channel withdrew to its head along',
      channel('5', { withdrawn: [{ version: '7', to: '5', reason: 'x' }] }),
      back('5', '3'),
      '7',
      '3',
    ],
    ['speaks for its channel alone', channel('5', { channel: 'beta' }), back('5', '3'), '5', 'up_to_date'],
  ])('%s', (_, document, pulled, running, expected) => {
    expect(hop(withBrake(document, pulled), running)).toBe(expected);
  });

  test('says whose word it is', () => {
    const { blocked, withdrawn } = withBrake(channel('2'), {
      ...back('2', '1'),
      blocked: [{ version: '2', reason: 'x' }],
    });
    expect(blocked).toEqual([{ version: '2', reason: 'brake: x' }]);
    expect(withdrawn).toEqual([{ version: '2', to: '1', reason: 'brake: loses packets' }]);
  });
});

const digit = fc.integer({ min: 1, max: 9 }).map(String);
const anyChannel = fc
  .record({
    head: digit,
    heads: fc.uniqueArray(digit, { maxLength: 5 }),
    floors: fc.uniqueArray(digit, { maxLength: 2 }),
    minimum: fc.option(digit),
    blocked: fc.uniqueArray(digit, { maxLength: 2 }),
    withdrawn: fc.uniqueArray(digit, { maxLength: 2 }),
  })
  .map(({ head, heads, floors, minimum, blocked, withdrawn }) =>
    channel(head, {
      heads: heads.filter((v) => isNewer(head, v)).map(named),
      floors: floors
        .filter((v) => !isNewer(v, head))
        .toSorted()
        .map(named),
      minimum: minimum && isNewer(minimum, head) ? head : minimum,
      blocked: blocked.map((version) => ({ version, reason: 'x' })),
      withdrawn: withdrawn
        .filter((v) => isNewer(v, head))
        .map((version) => ({ version, to: head, reason: 'x' })),
    }),
  );
const anyBrake = fc
  .record({
    blocked: fc.uniqueArray(digit, { maxLength: 3 }),
    version: digit,
    to: digit,
    pulls: fc.boolean(),
  })
  .map(({ blocked, version, to, pulls }) =>
    brake({
      blocked: blocked.map((entry) => ({ version: entry, reason: 'x' })),
      withdrawn: pulls ? { version, to, reason: 'x' } : null,
    }),
  );
/** Most random brakes miss the head and its past; most of these aim. */
const pairs = fc
  .tuple(anyChannel, anyBrake, fc.double({ min: 0, max: 0.999, noNaN: true }), fc.boolean(), digit)
  .map(([document, pulled, pick, aims, running]) => {
    const { head, heads = [] } = document;
    const to = heads[Math.floor(pick * heads.length)]?.version;
    if (!aims || to === undefined) return [document, pulled, running] as const;
    const withdrawn = { version: head.version, to, reason: 'x' };
    return [document, { ...pulled, withdrawn }, pick > 0.3 ? head.version : running] as const;
  });
const runs = { numRuns: 5000 };

describe('whatever the holder of a stolen brake signs', () => {
  test('no host runs what the channel never named, nor anything above its head', () => {
    fc.assert(
      fc.property(pairs, ([document, pulled, running]) => {
        const found = nextHop(withBrake(document, pulled), running, 'x86-64');
        if ('none' in found) return;
        const all = [document.head, ...document.floors, ...(document.heads ?? [])];
        expect(all).toContainEqual(named(found.to.version));
        expect(isNewer(found.to.version, document.head.version)).toBe(false);
      }),
      runs,
    );
  });

  test('a host goes up only where the channel would let some host go up to the same version or further', () => {
    fc.assert(
      fc.property(pairs, ([document, pulled, running]) => {
        const found = hop(withBrake(document, pulled), running);
        if (!/\d/.test(found) || !isNewer(found, running)) return;
        expect(document.blocked.map(({ version }) => version)).not.toContain(found);
        expect(isNewer(running, document.head.version)).toBe(false);
        const own = document.floors.find(({ version }) => isNewer(version, running))?.version;
        if (own) expect(isNewer(found, own)).toBe(false);
      }),
      runs,
    );
  });

  test('a host goes down only from a head or a withdrawn version, to an earlier head, and not below the minimum', () => {
    let downs = 0;
    fc.assert(
      fc.property(pairs, ([document, pulled, running]) => {
        const found = hop(withBrake(document, pulled), running);
        if (!/\d/.test(found) || !isNewer(running, found) || found === hop(document, running)) return;
        downs++;
        const left = [document.head, ...(document.heads ?? []), ...document.withdrawn];
        expect(left.map(({ version }) => version)).toContain(running);
        expect(document.heads).toContainEqual(named(found));
        expect(document.minimum !== null && isNewer(document.minimum, found)).toBe(false);
        expect(withdrawalProblem(document, pulled.withdrawn!)).toBeUndefined();
      }),
      runs,
    );
    expect(downs).toBeGreaterThan(50);
  });

  test('no block of the channel is lifted, and pulling twice changes nothing more', () => {
    fc.assert(
      fc.property(pairs, ([document, pulled]) => {
        const merged = withBrake(document, pulled);
        expect(merged.blocked).toEqual(expect.arrayContaining(document.blocked));
        const again = withBrake(merged, pulled);
        expect(again.head).toEqual(merged.head);
        expect(again.blocked).toEqual(merged.blocked);
      }),
      runs,
    );
  });
});

test('a brake document has no other words', () => {
  expect(parseBrake(JSON.stringify(back('2', '1')))).toEqual(back('2', '1'));
  for (const more of [{ head: named('9') }, { floors: [] }, { minimum: '9' }, { serial: 0 }]) {
    expect(() => parseBrake(JSON.stringify({ ...back('2', '1'), ...more }))).toThrow(/brake document/);
  }
});
