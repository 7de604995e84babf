import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptOffer, type Channel, type Named } from '../../../../protocol/documents/channel.ts';
import { followBoots } from '../../../../update-server/domain/hosts/boots.ts';
import { decide, goalOf, grantHours, type HostFacts } from '../../../../update-server/domain/hosts/decide.ts';
import { rollout } from '../rollout/make-rollout.ts';

const now = new Date('2026-03-01T12:00:00Z');
const named = (version: string): Named => ({
  version,
  releases: { 'x86-64': version.replace('.', '').padStart(64, '0') },
});
const channelOf = (parts: Partial<Channel>): Channel => ({
  format: 1,
  name: 'tiny',
  channel: 'alpha',
  serial: 1,
  head: named('3.0'),
  floors: [],
  minimum: null,
  blocked: [],
  withdrawn: [],
  ...parts,
});
const host = (parts: Partial<HostFacts> = {}): HostFacts => ({
  running: '1.0',
  arch: 'x86-64',
  failed: [],
  cancelled: [],
  held: false,
  pinned: null,
  cloned: false,
  ...parts,
});

/** The decision while everybody may start. */
const decideOpenly = (facts: HostFacts, channel: Channel | undefined) => {
  const goal = goalOf(facts, channel);
  return 'none' in goal
    ? goal
    : decide(goal.to, rollout(), { id: 'host', group: 'web', granted: false }, now);
};

describe('the decision for one host', () => {
  it('offers the head for a day', () => {
    expect(decideOpenly(host(), channelOf({}))).toEqual({
      offer: {
        version: '3.0',
        release: named('3.0').releases['x86-64'],
        expires: '2026-03-02T12:00:00.000Z',
      },
    });
    expect(grantHours).toBe(24);
  });

  it.each([
    ['up_to_date', host({ running: '3.0' }), channelOf({})],
    ['newer_than_head', host({ running: '4.0' }), channelOf({})],
    ['blocked', host(), channelOf({ blocked: [{ version: '3.0', reason: 'bad' }] })],
    ['no_release_for_arch', host({ arch: 'arm64' }), channelOf({})],
    ['no_such_channel', host(), undefined],
    ['failed_here', host({ failed: ['3.0'] }), channelOf({})],
    ['cancelled_here', host({ cancelled: ['3.0'] }), channelOf({})],
    ['failed_here', host({ failed: ['3.0'], cancelled: ['3.0'] }), channelOf({})],
    ['cancelled_here', host({ cancelled: ['3.0'], held: true }), channelOf({})],
    ['held', host({ held: true, cancelled: ['2.0'] }), channelOf({})],
    ['pinned', host({ pinned: '2.0' }), channelOf({})],
    ['stranded', host(), channelOf({ floors: [named('2.0')], blocked: [{ version: '2.0', reason: 'bad' }] })],
    ['up_to_date', host({ running: '3.0', held: true }), channelOf({})],
    ['cloned', host({ cloned: true, held: true }), channelOf({})],
  ] as const)('gives %s as the reason', (none, facts, channel) => {
    expect(decideOpenly(facts, channel)).toEqual({ none });
  });

  it('goes by a floor, and back from a withdrawn version', () => {
    const floor = channelOf({ floors: [named('2.0')] });
    expect(decideOpenly(host(), floor)).toMatchObject({ offer: { version: '2.0' } });
    const back = channelOf({ withdrawn: [{ version: '4.0', to: '3.0', reason: 'bad' }] });
    expect(decideOpenly(host({ running: '4.0' }), back)).toMatchObject({ offer: { version: '3.0' } });
  });

  const version = fc.tuple(fc.nat(4), fc.nat(4)).map(([a, b]) => `${a}.${b}`);
  const channel = fc
    .record({
      head: version,
      floors: fc.array(version, { maxLength: 3 }),
      blocked: fc.array(version, { maxLength: 2 }),
      withdrawn: fc.array(fc.record({ version, to: version }), { maxLength: 3 }),
    })
    .map(({ head, floors, blocked, withdrawn }) =>
      channelOf({
        head: named(head),
        floors: floors.map(named),
        blocked: blocked.map((entry) => ({ version: entry, reason: '' })),
        withdrawn: withdrawn.map((entry) => ({ ...entry, reason: '' })),
      }),
    );
  const facts = fc.record({
    running: version,
    cancelled: fc.array(version, { maxLength: 2 }),
    arch: fc.constantFrom('x86-64' as const, 'arm64' as const),
    failed: fc.array(version, { maxLength: 3 }),
    held: fc.boolean(),
    pinned: fc.option(version),
    cloned: fc.boolean(),
  });

  it('offers only what the host itself would accept, never to a held, cloned or burnt one', () => {
    fc.assert(
      fc.property(facts, channel, (some, document) => {
        const decision = decideOpenly(some, document);
        if ('none' in decision) return;
        expect(acceptOffer(document, some.running, some.arch, decision.offer.version)).toBe(
          decision.offer.release,
        );
        expect(some.held || some.cloned).toBe(false);
        expect([null, decision.offer.version]).toContain(some.pinned);
        expect([...some.failed, ...some.cancelled]).not.toContain(decision.offer.version);
        expect(document.blocked.map((entry) => entry.version)).not.toContain(decision.offer.version);
      }),
      { numRuns: 2000 },
    );
  });

  it('answers the same question alike', () => {
    fc.assert(
      fc.property(facts, channel, (some, document) => {
        expect(decideOpenly(some, document)).toEqual(decideOpenly(some, document));
      }),
    );
  });
});

describe('boot ids under one credential', () => {
  it('A, B, A means two machines', () => {
    const a = followBoots([], 'A');
    const b = followBoots(a.boots, 'B');
    expect([a.cloned, b.cloned, followBoots(b.boots, 'B').cloned]).toEqual([false, false, false]);
    expect(followBoots(b.boots, 'A')).toEqual({ boots: ['B', 'A'], cloned: true });
  });

  it('one machine that only boots forward is never taken for two', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 60 }), (repeats) => {
        let boots: string[] = [];
        for (const [boot, times] of repeats.entries()) {
          for (let n = 0; n <= times; n++) {
            const next = followBoots(boots, `boot-${boot}`);
            expect(next.cloned).toBe(false);
            expect(next.boots.length).toBeLessThanOrEqual(8);
            boots = next.boots;
          }
        }
      }),
    );
  });
});
