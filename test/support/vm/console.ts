import { appendFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/** Everything the serial port said since the machine was made, over all its boots. */
export interface Console {
  append(text: string): void;
  /** Notes of the driver, apart from what the guest said. */
  note(text: string): void;
  text(): string;
  /** The first match after the previous one, now or within `seconds`; throws with the console's last lines. */
  waitFor(pattern: RegExp, seconds: number): Promise<RegExpExecArray>;
  /** When each line began, in milliseconds since 1970. */
  lines(): { at: number; text: string }[];
}

/** Keeps a console and writes it to `file` as it comes, so that a failed test leaves it behind. */
export function openConsole(file: string): Console {
  const lines: { at: number; text: string }[] = [];
  let whole = '';
  let unfinished = '';
  let scanned = 0;
  const waiters = new Set<() => void>();

  /** Escape codes come in pieces, so they are taken out of whole lines. */
  function append(chunk: string): void {
    appendFileSync(file, chunk);
    for (const piece of chunk.split(/(?<=\n)/)) {
      if (unfinished === '') lines.push({ at: Date.now(), text: '' });
      unfinished += piece;
      const line = lines.at(-1)!;
      line.text = clean(unfinished).trimEnd();
      if (!piece.endsWith('\n')) continue;
      whole += `${line.text}\n`;
      unfinished = '';
    }
    for (const wake of waiters) wake();
  }

  const text = () => whole + clean(unfinished);

  function take(pattern: RegExp): RegExpExecArray | undefined {
    const match = new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}g`);
    match.lastIndex = scanned;
    const found = match.exec(text());
    if (!found) return undefined;
    scanned = found.index + found[0].length;
    return found;
  }

  return {
    append,
    note: (line) => append(`${unfinished === '' ? '' : '\n'}--- ${line}\n`),
    text,
    lines: () => lines,
    waitFor: (pattern, seconds) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = take(pattern);
          if (found) settle(() => resolve(found));
        };
        const timer = setTimeout(() => {
          const last = text().split('\n').slice(-25).join('\n');
          settle(() => reject(new Error(`no ${pattern} on the console within ${seconds} s:\n${last}`)));
        }, seconds * 1000);
        const settle = (end: () => void) => {
          clearTimeout(timer);
          waiters.delete(check);
          end();
        };
        waiters.add(check);
        check();
      }),
  };
}

function clean(text: string): string {
  return stripVTControlCharacters(text).replaceAll('\r', '').replaceAll('\x1b[!p', '');
}
