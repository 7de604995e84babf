import type { Mutant } from './mutant.ts';

const givesUp = 'client gives up, the request is still under way' as const;

/** An endpoint that is too slow and one that is gone; then the place that nobody knows of is needed, and given back. */
const slowEndpoint: Mutant['world'] = {
  head: 1,
  maxFaults: 3,
  faults: new Set(['endpoint is too slow, the next one is asked', 'power is cut', 'effect throws for good']),
  extras: new Set(['the next endpoint gets nothing']),
};

/** Mistakes in how a place is taken and given back. */
export const lockMutants: readonly Mutant[] = [
  {
    name: 'lease',
    mistake: 'a place ends by itself after some time (lease, TTL)',
    rules: {},
    world: { maxFaults: 0, head: 1, extras: new Set(['lease expires']) },
    expected: 'found',
  },
  {
    name: 'already holder is ok',
    mistake: 'a holder of this name in what was read is enough; nothing is written',
    rules: { believesReads: true },
    world: { maxFaults: 2, faults: new Set(['memory is lost', givesUp]) },
    expected: 'found',
  },
  {
    name: 'absent in a read means not applied',
    mistake: 'a swap whose answer did not come is taken for lost when another endpoint does not show it',
    rules: { believesAbsence: true },
    world: slowEndpoint,
    expected: 'found',
  },
  {
    name: 'a swap fails over blindly',
    mistake: 'the last endpoint got nothing, so nothing was changed, whatever the endpoint before got',
    rules: { lastEndpointDecides: true },
    world: slowEndpoint,
    expected: 'found',
  },
  {
    name: 'slow endpoint, shipped client',
    mistake: 'the world of the two mutants before; the next swap settles what became of the one before',
    rules: {},
    world: { ...slowEndpoint, reduced: true },
    expected: { stoppedBy: 'the next swap' },
  },
  {
    name: 'unlock by id',
    mistake: 'a release removes whatever holder has this name when it arrives',
    rules: { removesByName: true },
    world: { maxFaults: 1, faults: new Set([givesUp]) },
    expected: 'found',
  },
  {
    name: 'unconditional release',
    mistake: 'a release puts the value it computed without a comparison',
    rules: { guard: { acquire: 'revision', release: 'none', cancel: 'none' } },
    world: { maxFaults: 1, faults: new Set([givesUp]) },
    expected: 'found',
  },
  {
    name: 'compare on version',
    mistake: 'swaps compare `version`, which starts again when the key is deleted and written again',
    rules: { guard: { acquire: 'version', release: 'version', cancel: 'version' } },
    world: {
      maxFaults: 2,
      faults: new Set([givesUp]),
      extras: new Set(['administrator deletes and writes the key again']),
    },
    expected: 'found',
  },
  {
    name: 'read instead of transaction',
    mistake: 'a place is taken because a read showed a free one; the put compares nothing',
    rules: { guard: { acquire: 'none', release: 'revision', cancel: 'revision' } },
    world: { maxFaults: 0, head: 1 },
    expected: 'found',
  },
  {
    name: 'nonce reused',
    mistake: 'a new attempt takes the nonce of the one before, so an old answer counts for it',
    rules: { reusesNonce: true },
    world: {
      head: 1,
      messages: 4,
      maxFaults: 3,
      faults: new Set(['grant expires', givesUp]),
      extras: new Set(['late answer']),
    },
    expected: 'found',
  },
  {
    name: 'late answers, shipped nonces',
    mistake: 'the world of the mutant before, with a new nonce for every attempt',
    rules: {},
    world: {
      head: 1,
      messages: 4,
      maxFaults: 3,
      faults: new Set(['grant expires', givesUp]),
      extras: new Set(['late answer']),
    },
    expected: { stoppedBy: 'the nonce' },
  },
];
