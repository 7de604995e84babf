import { moves } from '../../agent/state-machine/moves.ts';
import type { Examined } from './levels.ts';
import { branches, type Coverage } from './model/coverage.ts';
import { faults } from './model/faults.ts';

/** One thing that must have happened at least once, and how often it did. */
export interface Row {
  kind: 'move' | 'semaphore' | 'fault';
  name: string;
  count: number;
}

/**
 * Adds up what was reached: every row of the state machine's `moves`, every branch of the semaphore, every fault.
 * Branches that only a wrong state machine meets are reached by the mutants.
 */
export function coveredBy(examined: readonly Examined[], mutants: readonly Coverage[]): Row[] {
  const rows = Object.entries(moves).flatMap(([from, tos]) => tos.map((to) => `${from} → ${to}`));
  const shipped = examined.map(({ coverage }) => coverage);
  const sum = (counts: (number | undefined)[]) => counts.reduce<number>((all, one) => all + (one ?? 0), 0);
  return [
    ...rows.map((name) => ({
      kind: 'move' as const,
      name,
      count: sum(shipped.map((coverage) => coverage.moves.get(name))),
    })),
    ...branches.map((name) => ({
      kind: 'semaphore' as const,
      name,
      count: sum([...shipped, ...mutants].map((coverage) => coverage.branches.get(name))),
    })),
    ...faults.map((name) => ({
      kind: 'fault' as const,
      name,
      count: sum(examined.map((one) => one.faults.get(name))),
    })),
  ];
}
