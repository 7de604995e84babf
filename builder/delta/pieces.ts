import { availableParallelism } from 'node:os';
import type { HashedRegion } from '../pack/hash-regions.ts';
import { type PartFiles, partOf } from '../pack/part-files.ts';
import { matchFiles } from './match-files.ts';
import { type MatchPool, openMatchPool } from './match-pool.ts';
import { type Pairing, pairFiles } from './pair-files.ts';
import type { Piece } from './plan.ts';

/** Fewer changed bytes than this are compared here: threads would take longer to start. */
const worthThreads = 4 * 1024 * 1024;
const mostThreads = 4;

/** A release as its files and what they consist of. */
export interface Side {
  files: PartFiles;
  regions: readonly HashedRegion[];
}

/** Says for every byte of the new release where it comes from; changed files are compared side by side. */
export async function findPieces(old: Side, next: Side): Promise<Piece[]> {
  const pairings = pairFiles(old.regions, next.regions);
  const changed = next.regions.filter((_, index) => pairings[index]!.kind === 'changed');
  const bytes = changed.reduce((sum, { length }) => sum + length, 0);
  const pool = bytes < worthThreads ? inPlace : openMatchPool(Math.min(availableParallelism(), mostThreads));
  try {
    const compare = comparer(old.files, next.files, pool);
    return (
      await Promise.all(next.regions.map((region, index) => piecesOf(region, pairings[index]!, compare)))
    ).flat();
  } finally {
    await pool.close();
  }
}

const inPlace: MatchPool = {
  match: async (old, next) => matchFiles(old, next),
  close: async () => {},
};

type Compare = (
  region: HashedRegion,
  base: Extract<Pairing, { kind: 'changed' }>['base'],
) => ReturnType<MatchPool['match']>;

function comparer(oldFiles: PartFiles, nextFiles: PartFiles, pool: MatchPool): Compare {
  return ({ part, offset, length }, base) =>
    pool.match(
      { file: oldFiles[partOf(base.space)], from: base.from, length: base.length },
      { file: nextFiles[part], from: offset, length },
    );
}

async function piecesOf(
  { part, length, ...rest }: HashedRegion,
  pairing: Pairing,
  compare: Compare,
): Promise<Piece[]> {
  const inserted = (count: number): Piece => ({ part, space: null, from: 0, length: count, same: false });
  if (pairing.kind === 'new') return [inserted(length)];
  if (pairing.kind === 'same') {
    const { space, from } = pairing.stretch;
    const count = Math.min(length, pairing.stretch.length);
    return [{ part, space, from, length: count, same: true }, inserted(length - count)];
  }
  const { space, from } = pairing.base;
  const found = await compare({ part, length, ...rest }, pairing.base);
  return found.map((stretch) =>
    stretch.kind === 'insert'
      ? inserted(stretch.length)
      : { part, space, from: from + stretch.from, length: stretch.length, same: false },
  );
}
