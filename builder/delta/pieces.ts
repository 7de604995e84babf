import { availableParallelism } from 'node:os';
import type { PayloadPart, Stretch } from '../../protocol/formats/payload/payload.ts';
import { ahead } from '../payload/ahead.ts';
import type { HashedRegion } from '../payload/hash-regions.ts';
import { type PartFiles, partOf } from '../payload/part-files.ts';
import type { Match } from './match.ts';
import { matchFiles } from './match-files.ts';
import { type MatchPool, openMatchPool } from './match-pool.ts';
import { type Pairing, pairFiles } from './pair-files.ts';
import type { Piece } from './plan.ts';

/** Fewer changed bytes than this are compared here: threads would take longer to start. */
const worthThreads = 4 * 1024 * 1024;
const mostThreads = 4;
/** Regions that may be compared before their turn; what is found waits as three numbers for each stretch. */
const regionsAhead = 16;

/** A release as its files and what they consist of. */
export interface Side {
  files: PartFiles;
  regions: readonly HashedRegion[];
}

/**
 * Finds for every byte of the new release where it comes from, a region at a time; changed files are compared side by side,
 * some way ahead.
 */
export async function* findPieces(old: Side, next: Side): AsyncGenerator<Iterable<Piece>> {
  const pairings = pairFiles(old.regions, next.regions);
  const pairs = next.regions.map((region, index) => ({ region, pairing: pairings[index]! }));
  const bytes = pairs.reduce((sum, { region, pairing }) => sum + (isChanged(pairing) ? region.length : 0), 0);
  const pool = bytes < worthThreads ? inPlace : openMatchPool(Math.min(availableParallelism(), mostThreads));
  const compare = ({ part, offset, length }: HashedRegion, { space, from, length: count }: Stretch) =>
    pool.match(
      { file: old.files[partOf(space)], from, length: count },
      { file: next.files[part], from: offset, length },
    );
  try {
    yield* ahead(pairs, regionsAhead, async ({ region, pairing }) =>
      isChanged(pairing)
        ? changedPieces(region, pairing.base, await compare(region, pairing.base))
        : plainPieces(region, pairing),
    );
  } finally {
    await pool.close();
  }
}

const inPlace: MatchPool = {
  match: async (old, next) => matchFiles(old, next),
  close: async () => {},
};

type Changed = Extract<Pairing, { kind: 'changed' }>;

function isChanged(pairing: Pairing): pairing is Changed {
  return pairing.kind === 'changed';
}

function plainPieces({ part, length }: HashedRegion, pairing: Exclude<Pairing, Changed>): Piece[] {
  if (pairing.kind === 'new') return [inserted(part, length)];
  const { space, from } = pairing.stretch;
  const count = Math.min(length, pairing.stretch.length);
  return [{ part, space, from, length: count, same: true }, inserted(part, length - count)];
}

function* changedPieces({ part }: HashedRegion, base: Stretch, matches: Iterable<Match>): Generator<Piece> {
  for (const { kind, length, from } of matches) {
    if (kind === 'insert') yield inserted(part, length);
    else yield { part, space: base.space, from: base.from + from, length, same: false };
  }
}

function inserted(part: PayloadPart, length: number): Piece {
  return { part, space: null, from: 0, length, same: false };
}
