import { type History, makersOf, mostOut, type Violation } from './check.ts';
import type { Chaos } from './run-chaos.ts';

/** A run in figures; times in milliseconds. */
export interface Summary {
  counts: Record<string, number>;
  mostHolders: number;
  mostOut: number;
  violations: Violation[];
  /** What the host of the last violation did around it. */
  story: string[];
  unfinished: string[];
}

/** Counts what a run did and what came of it. */
export function summaryOf({ history, counts, violations, unfinished, logged }: Chaos): Summary {
  const { revisions, swaps, outs } = history;
  const of = (wish: string, outcome: string) =>
    swaps.filter((swap) => swap.wish === wish && swap.outcome === outcome).length;
  const unknown = swaps.filter(({ outcome }) => outcome === 'unknown');
  const applied = revisions
    .slice(1)
    .filter((one) => makersOf(history, one).every(({ outcome }) => outcome === 'unknown')).length;
  const won = swaps.filter(({ outcome }) => outcome === 'won').map(({ done }) => done!);
  const ordered = won.toSorted((a, b) => a - b);
  const gaps = ordered.slice(1).map((at, n) => at - ordered[n]!);
  return {
    counts: {
      revisions: revisions.length,
      acquires: of('acquire', 'won'),
      releases: of('release', 'won'),
      cancels: of('cancel', 'won'),
      conflicts: swaps.filter(({ outcome }) => outcome === 'lost').length,
      'swaps of unknown outcome': unknown.length,
      'of these applied': applied,
      'swaps that surely were not sent': swaps.filter(({ outcome }) => outcome === 'unsent').length,
      'times out': outs.length,
      'longest gap between swaps, ms': Math.round(gaps.reduce((a, b) => Math.max(a, b), 0)),
      ...counts,
    },
    mostHolders: revisions.reduce((most, { text }) => Math.max(most, holdersIn(text)), 0),
    mostOut: mostOut(outs).hosts.length,
    violations: violations.slice(0, 20),
    story: storyOf(
      violations.findLast(({ host }) => host),
      history,
      logged,
    ),
    unfinished,
  };
}

/** The same for people. */
export function linesOf({ counts, mostHolders, mostOut, violations, story, unfinished }: Summary): string[] {
  return [
    ...Object.entries(counts).map(([name, count]) => `${String(count).padStart(8)}  ${name}`),
    `${String(mostHolders).padStart(8)}  holders at most`,
    `${String(mostOut).padStart(8)}  hosts out at most`,
    ...violations.map(({ kind, problem }) => `✗ ${kind}: ${problem}`),
    ...story.map((line) => `    ${line}`),
    ...(unfinished.length > 0 ? [`✗ never finished: ${unfinished.join(' ')}`] : []),
    violations.length + unfinished.length > 0 ? '✗ broken' : '✓ at most N down',
  ];
}

const storyMs = 4000;

function storyOf(
  { host, at = 0 }: Partial<Violation> = {},
  { swaps }: History,
  logged: Chaos['logged'],
): string[] {
  const sent = swaps.flatMap((swap) => [
    { at: swap.sent, host: swap.host, words: `sends ${swap.wish} over revision ${swap.expected}` },
    { at: swap.done ?? 0, host: swap.host, words: `${swap.wish} ${swap.outcome} ${swap.revision ?? ''}` },
  ]);
  return [...logged, ...sent]
    .filter((one) => one.host === host && Math.abs(one.at - at) < storyMs)
    .toSorted((a, b) => a.at - b.at)
    .map((one) => `${one.at.toFixed().padStart(8)} ${one.words}`);
}

function holdersIn(text: string): number {
  return (JSON.parse(text) as { holders: unknown[] }).holders.length;
}
