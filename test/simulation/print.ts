import type { Row } from './covered.ts';
import { histogram, type RolloutHosts } from './fleet/tally.ts';
import { type Examined, wordsOf } from './levels.ts';
import type { Trial } from './mutants/mutant.ts';

const grouped = new Intl.NumberFormat('en').format;

/** One line per exploration. */
export function levelLine({ level, explored, seconds }: Examined): string {
  const { states, transitions, depth, complete, violation } = explored;
  const end = violation ? 'VIOLATED' : complete ? 'complete' : `stopped at depth ${depth}`;
  const numbers = `${grouped(states).padStart(12)} states ${grouped(transitions).padStart(13)} steps`;
  return `  ${wordsOf(level).padEnd(54)} ${numbers}  depth ${String(depth).padStart(3)}  ${seconds.toFixed(1).padStart(6)} s  ${end}`;
}

/** A trace, numbered. */
export function traceLines(trace: readonly string[]): string[] {
  return trace.slice(1).map((step, index) => `    ${String(index + 1).padStart(3)}  ${step}`);
}

/** One line per mutant: found in how many steps, or stopped by what. */
export function mutantLine({ mutant, explored, isRight }: Trial): string {
  const { violation, states, complete } = explored;
  const found = violation && `found in ${violation.trace.length - 1} steps`;
  const stopped =
    mutant.expected === 'found'
      ? 'SURVIVED'
      : `stopped by ${mutant.expected.stoppedBy}${complete ? '' : ', NOT ALL STATES SEEN'}`;
  const outcome = found ?? stopped;
  return `  ${isRight ? '✓' : '✗'} ${mutant.name.padEnd(34)} ${outcome.padEnd(42)} ${grouped(states).padStart(9)} states`;
}

/** What fired how often, in three tables; rows that never fired are marked. */
export function coverageLines(rows: readonly Row[]): string[] {
  const titles = {
    move: 'rows of the state machine’s table (distinct situations)',
    semaphore: 'branches of the semaphore (distinct situations)',
    fault: 'faults (steps taken)',
  };
  return (['move', 'semaphore', 'fault'] as const).flatMap((kind) => {
    const own = rows.filter((row) => row.kind === kind);
    const fired = own.filter(({ count }) => count > 0).length;
    return [
      `  ${fired} of ${own.length} ${titles[kind]}`,
      ...own.map(
        ({ name, count }) =>
          `    ${name.padEnd(52)} ${count > 0 ? grouped(count).padStart(12) : '       NEVER'}`,
      ),
    ];
  });
}

/** What the simulated rollouts add up to. */
export function tallyLines(tally: RolloutHosts, seconds: number): string[] {
  const { rollouts, hosts, faultCounts, sizes, faults } = tally;
  return [
    `  ${grouped(rollouts)} rollouts of ${grouped(hosts)} hosts in ${seconds.toFixed(0)} s, median of ${tally.medianFaults} faults a run`,
    '  faults a run',
    ...histogram(faultCounts, 1),
    '  hosts a run',
    ...histogram(sizes, 6),
    '  faults by kind',
    ...[...faults]
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `    ${name.padEnd(34)} ${grouped(count).padStart(9)}`),
    ...tally.violations.map(({ seed, violation }) => `  ✗ seed ${seed}: ${violation}`),
    ...tally.unfinished.map(({ seed }) => `  ✗ seed ${seed}: not done after 14 days`),
  ];
}
