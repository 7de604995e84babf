import { InterlockError } from '../protocol/errors/interlock-error.ts';

/** A small count that a flag gives. Throws `usage`. */
export function wholeNumber(flag: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new InterlockError('usage', { problem: `${flag} ${text} is no whole number` });
  return Number(text);
}
