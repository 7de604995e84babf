import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';

/** Numbers from one to another, both included. */
export interface NumberRange {
  from: number;
  to: number;
}

/** Ranges of Debian's policy and of systemd's: what lies between and beyond is given out by others. */
const ofSystem: NumberRange = { from: 100, to: 999 };
const ofPeople: NumberRange = { from: 1000, to: 59_999 };

/** A free number for a user or group, from the range of people where the one it came with was from there. */
export function freeNumber(near: number, taken: ReadonlySet<number>): number {
  if (near < ofPeople.from || near > ofPeople.to) return highestFree([ofSystem], taken);
  for (let number = ofPeople.from; number <= ofPeople.to; number++) if (!taken.has(number)) return number;
  throw nothingLeft();
}

/** The highest free number of some ranges; of those of the system when there are none. */
export function highestFree(ranges: readonly NumberRange[], taken: ReadonlySet<number>): number {
  const downwards = (ranges.length > 0 ? ranges : [ofSystem]).toSorted((a, b) => b.to - a.to);
  for (const { from, to } of downwards) {
    for (let number = to; number >= from; number--) if (!taken.has(number)) return number;
  }
  throw nothingLeft();
}

function nothingLeft(): InterlockError {
  return new InterlockError('bad_input', {
    what: 'users.lock',
    problem: 'leaves no free number for another name',
  });
}
