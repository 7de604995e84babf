import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** A small count that a flag gives. Throws `usage`. */
export function wholeNumber(flag: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new InterlockError('usage', { problem: `${flag} is ${text}; give a whole number from 1 to 9999` });
  return Number(text);
}
