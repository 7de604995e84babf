import { print } from '../system/terminal/print.ts';

/** Shows what a command signs, beside its answer: it made it here itself, so that nobody has to be asked. */
export function showChange(text: string): void {
  if (text) print(text, process.stderr);
}
