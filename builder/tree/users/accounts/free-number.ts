import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';

/** Numbers from one to another, both included. */
export interface NumberRange {
  from: number;
  to: number;
}

/** Ranges of Debian's policy and of systemd's: what lies between and beyond is given out by others. */
const ofSystem: NumberRange = { from: 100, to: 999 };
const ofPeople: NumberRange = { from: 1000, to: 59_999 };

/** A number for a user or group that nobody has; a person's when the one it came with was a person's. */
export function freeNumber(near: number, taken: ReadonlySet<number>): number {
  if (near < ofPeople.from || near > ofPeople.to) return highestFree([ofSystem], taken);
  for (let number = ofPeople.from; number <= ofPeople.to; number++) if (!taken.has(number)) return number;
  throw nothingLeft();
}

/** The highest number of some ranges that nobody has; of those of the system when there are none. */
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
    problem: 'leaves no number for another name',
  });
}
