import { InterlockError } from '../../../protocol/errors.ts';

/** Ranges of Debian's policy and of systemd's: what lies between and beyond is given out by others. */
const system = { from: 999, to: 100 };
const regular = { from: 1000, to: 59_999 };

/** A number for a user or group that nobody has; a person's when the one it came with was a person's. */
export function freeNumber(near: number, taken: ReadonlySet<number>): number {
  if (near >= regular.from && near <= regular.to) {
    for (let number = regular.from; number <= regular.to; number++) if (!taken.has(number)) return number;
  } else {
    for (let number = system.from; number >= system.to; number--) if (!taken.has(number)) return number;
  }
  throw new InterlockError('bad_input', { what: 'users.lock', problem: 'leaves no number for another user' });
}
