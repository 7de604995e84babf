import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rolledBack, withFloor, withHead } from '../../../builder/publish/change/channel-document.ts';
import { type Channel, nextHop } from '../../../protocol/documents/channel.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { isNewer } from '../../../protocol/text/version.ts';

const sha256 = 'a'.repeat(64);
const named = (version: string) => ({ version, releases: { 'x86-64': sha256 } });

const step = fc.record({
  kind: fc.constantFrom('head', 'rollback', 'floor', 'unfloor'),
  version: fc.integer({ min: 1, max: 9 }).map(String),
});

test('whatever was done to a channel, a host of any version it ever had comes to its head, past nothing withdrawn', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const released = new Set<string>(['1']);
      let channel = withHead(undefined, 'tiny', 'alpha', named('1'));
      for (const { kind, version } of steps) {
        if (kind === 'head') released.add(version);
        channel = perform(channel, kind, version, released);
      }
      const heads = [...released].filter((version) => !isNewer(version, newest(channel, released)));
      const withdrawn = new Set(channel.withdrawn.map((entry) => entry.version));
      for (const version of heads) {
        const hops = journey(channel, version);
        expect(hops.at(-1) ?? version).toBe(channel.head.version);
        expect(hops.filter((hop) => withdrawn.has(hop))).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
});

/** One operator's command; what it refuses changes nothing. */
function perform(channel: Channel, kind: string, version: string, released: Set<string>): Channel {
  try {
    if (kind === 'head') return withHead(channel, 'tiny', 'alpha', named(version));
    if (!released.has(version)) return channel;
    if (kind === 'floor') return withFloor(channel, named(version), true);
    if (kind === 'unfloor') return withFloor(channel, named(version), false);
    const newer = [...released].filter((other) => isNewer(other, version));
    return rolledBack(channel, named(version), newer, 'because');
  } catch (error) {
    if (error instanceof InterlockError && error.code === 'bad_input') return channel;
    throw error;
  }
}

/** The newest version that a host of this channel can have: its head, or one that was withdrawn. */
function newest(channel: Channel, released: Set<string>): string {
  const possible = [channel.head.version, ...channel.withdrawn.map(({ version }) => version)];
  return possible.filter((version) => released.has(version)).reduce((a, b) => (isNewer(a, b) ? a : b));
}

function journey(channel: Channel, from: string): string[] {
  const hops: string[] = [];
  while (hops.length < 12) {
    const hop = nextHop(channel, hops.at(-1) ?? from, 'x86-64');
    if ('none' in hop) return hops;
    hops.push(hop.to.version);
  }
  return [...hops, 'and so on for ever'];
}
