import { cutEnd } from '../system/terminal/cut-end.ts';

/** A few lines that stay at the bottom of a terminal and change in place; elsewhere each change is a line of its own. */
export interface Board {
  /** Sets a line's text. `settled` lines are also printed where nothing can change in place. */
  set(name: string, text: string, settled: boolean): void;
  /** Prints above the board what happens now, and how. */
  announce(what: string, how: string): void;
  end(): void;
}

/** Where nothing can change in place, people and CI still want to see that something goes on. */
const longestSilenceMs = 10_000;

/** Shows the hosts of the demo while they work. */
export function createBoard(
  names: readonly string[],
  out: NodeJS.WriteStream = process.stdout,
  clock: () => number = Date.now,
): Board {
  const lines = new Map(names.map((name) => [name, '']));
  const printed = new Map<string, string>();
  const started = clock();
  let saidAt = started;
  let drawn = false;

  const now = () => `${Math.round((clock() - started) / 1000)} s`.padStart(6);
  const erase = () => {
    if (drawn) out.write(`\x1b[${lines.size}A\x1b[J`);
    drawn = false;
  };
  const draw = () => {
    for (const [name, text] of lines)
      out.write(`${cutEnd(`  ${name.padEnd(8)} ${text}`, out.columns || 80)}\n`);
    drawn = true;
  };

  const say = (name: string, text: string) => {
    saidAt = clock();
    out.write(`${now()}  ${name.padEnd(10)} ${text}\n`);
  };

  return {
    set(name, text, settled) {
      const isChanged = lines.get(name) !== text;
      lines.set(name, text);
      if (out.isTTY) {
        if (!isChanged) return;
        erase();
        draw();
      } else if ((settled && printed.get(name) !== text) || clock() - saidAt >= longestSilenceMs) {
        printed.set(name, text);
        say(name, text);
      }
    },
    announce(what, how) {
      if (out.isTTY) erase();
      say(what, how);
      if (out.isTTY) draw();
    },
    end() {
      if (out.isTTY) erase();
    },
  };
}
