import { type Explored, explore, type Limits } from '../explore.ts';
import { traceLines } from '../print.ts';
import { FleetLockWorld } from './model.ts';
import { fleetLockMutants, fleetLockSetting, tryFleetLockMutant } from './mutants.ts';
import type { Setting } from './rules.ts';

const grouped = new Intl.NumberFormat('en').format;
/** Seen to its end in any run; the larger world gets a tenth of the time that is left. */
const small: Setting = { ...fleetLockSetting, reboots: 1 };
const partOfTime = 0.1;

/** Explores the shipped FleetLock and its mutants; what to print, and what failed. */
export function proveFleetLock(limits: Required<Pick<Limits, 'until' | 'bytes'>>): {
  lines: string[];
  failures: string[];
} {
  const lines: string[] = [];
  const failures: string[] = [];
  const see = (setting: Setting, within: Limits): Explored => {
    const world = new FleetLockWorld(setting);
    const explored = explore(world, within);
    const { violation, complete, fired } = explored;
    lines.push(lineOf(setting, explored));
    if (violation) {
      lines.push(...traceLines(violation.trace));
      failures.push(`FleetLock: ${violation.problem}`);
    }
    for (const [fault, count] of world.faultCounts(fired)) {
      if (complete && count === 0) failures.push(`FleetLock: fault never fired: ${fault}`);
    }
    return explored;
  };
  const { violation, complete } = see(small, limits);
  if (!violation && !complete) failures.push('FleetLock was not exhausted: give it more time');
  for (const mutant of fleetLockMutants) {
    const { isRight, explored } = tryFleetLockMutant(mutant, limits.until);
    const found = explored.violation && `found in ${explored.violation.trace.length - 1} steps`;
    const stopped = mutant.expected === 'found' ? 'SURVIVED' : `stopped by ${mutant.expected.stoppedBy}`;
    lines.push(`  ${isRight ? '✓' : '✗'} ${mutant.name.padEnd(40)} ${found ?? stopped}`);
    if (!isRight) failures.push(`mutant: ${mutant.name}`);
  }
  const until = Date.now() + (limits.until - Date.now()) * partOfTime;
  see(fleetLockSetting, { ...limits, until });
  return { lines, failures };
}

function lineOf({ hosts, places, reboots, faults }: Setting, explored: Explored): string {
  const { states, transitions, depth, complete, violation } = explored;
  const words = `${hosts} hosts, ${places} place, ${reboots} reboots, faults ≤ ${faults}`;
  const end = violation ? 'VIOLATED' : complete ? 'complete' : `stopped at depth ${depth}`;
  return `  ${words.padEnd(54)} ${grouped(states).padStart(12)} states ${grouped(transitions).padStart(13)} steps  ${end}`;
}
