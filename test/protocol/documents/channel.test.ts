import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptOffer, type Channel, nextHop, parseChannel } from '../../../protocol/documents/channel.ts';
import { isNewer } from '../../../protocol/text/version.ts';

const named = (version: string) => ({
  version,
  releases: { 'x86-64': version.padEnd(64, '0').replace(/\W/g, '0') },
});

function channel(head: string, rest: Partial<Channel> = {}): Channel {
  return {
    format: 1,
    name: 'tiny',
    channel: 'stable',
    serial: 1,
    head: named(head),
    floors: [],
    minimum: null,
    blocked: [],
    withdrawn: [],
    ...rest,
  };
}

const hop = (document: Channel, running: string) => {
  const result = nextHop(document, running, 'x86-64');
  return 'none' in result ? result.none : result.to.version;
};

describe('nextHop', () => {
  test.each([
    ['the head', channel('3'), '1', '3'],
    ['nothing when the head runs', channel('3'), '3', 'up_to_date'],
    ['nothing that is older', channel('3'), '4', 'newer_than_head'],
    ['the floor on the way', channel('5', { floors: [named('2'), named('4')] }), '1', '2'],
    ['the next floor', channel('5', { floors: [named('2'), named('4')] }), '2', '4'],
    ['the head after the last floor', channel('5', { floors: [named('2'), named('4')] }), '4', '5'],
    ['nothing blocked', channel('3', { blocked: [{ version: '3', reason: 'x' }] }), '1', 'blocked'],
    [
      'back, when exactly this version is withdrawn',
      channel('1', { withdrawn: [{ version: '2', to: '1', reason: 'x' }] }),
      '2',
      '1',
    ],
    [
      'nothing for a version that nobody withdrew',
      channel('1', { withdrawn: [{ version: '2', to: '1', reason: 'x' }] }),
      '3',
      'newer_than_head',
    ],
    [
      'on, when a newer head has replaced what it was sent back to',
      channel('4', { withdrawn: [{ version: '2', to: '1', reason: 'x' }] }),
      '2',
      '4',
    ],
  ])('gives %s', (_, document, running, expected) => {
    expect(hop(document, running)).toBe(expected);
  });

  test('names nothing for an architecture without a release', () => {
    expect(nextHop(channel('3'), '1', 'arm64')).toEqual({ none: 'no_release_for_arch' });
  });

  test('ends at the head or stays, in as many hops as there are floors and one', () => {
    const version = fc.integer({ min: 1, max: 30 }).map(String);
    fc.assert(
      fc.property(version, fc.uniqueArray(version, { maxLength: 4 }), version, (head, floors, start) => {
        const ordered = floors.filter((floor) => isNewer(head, floor)).sort((a, b) => Number(a) - Number(b));
        const document = channel(head, { floors: ordered.map(named) });
        let running = start;
        for (let hops = 0; hops <= ordered.length + 1; hops++) {
          const next = nextHop(document, running, 'x86-64');
          if ('none' in next) {
            expect(next.none).toBe(isNewer(running, head) ? 'newer_than_head' : 'up_to_date');
            return;
          }
          expect(isNewer(next.to.version, running)).toBe(true);
          running = next.to.version;
        }
        throw new Error(`still hopping at ${running}`);
      }),
    );
  });
});

describe('acceptOffer', () => {
  test('returns the hash of the release that the document names', () => {
    expect(acceptOffer(channel('3'), '1', 'x86-64', '3')).toBe(named('3').releases['x86-64']);
  });

  test.each([
    ['2', 'names 3'],
    ['4', 'names 3'],
  ])('refuses %s when the document names another', (offered, problem) => {
    expect(() => acceptOffer(channel('3'), '1', 'x86-64', offered)).toThrow(problem);
  });

  test('refuses a downgrade that nobody withdrew to', () => {
    expect(() => acceptOffer(channel('1'), '3', 'x86-64', '1')).toThrow('newer_than_head');
  });
});

test('a channel document with an unknown key is refused by name', () => {
  const text = JSON.stringify({ ...channel('1'), percent: 10 });
  expect(() => parseChannel(text)).toThrow('unknown key percent');
});
