import { print } from '../system/terminal/print.ts';

/** Prints what a command signs, on stderr. It does not ask, because the command itself made the change. */
export function showChange(text: string): void {
  if (text) print(text, process.stderr);
}
