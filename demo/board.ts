import { cutEnd } from '../system/terminal/cut-end.ts';

/** A few lines that stay at the bottom of a terminal and change in place; elsewhere each change is a line of its own. */
export interface Board {
  /** Sets a line's text. `settled` lines are also printed where nothing can change in place. */
  set(name: string, text: string, settled: boolean): void;
  /** Prints above the board what happens now, and how. */
  announce(what: string, how: string): void;
  end(): void;
}

/** Shows the hosts of the demo while they work. */
export function createBoard(names: readonly string[], out: NodeJS.WriteStream = process.stdout): Board {
  const lines = new Map(names.map((name) => [name, '']));
  const printed = new Map<string, string>();
  const started = Date.now();
  let drawn = false;

  const now = () => `${Math.round((Date.now() - started) / 1000)} s`.padStart(6);
  const erase = () => {
    if (drawn) out.write(`\x1b[${lines.size}A\x1b[J`);
    drawn = false;
  };
  const draw = () => {
    for (const [name, text] of lines)
      out.write(`${cutEnd(`  ${name.padEnd(8)} ${text}`, out.columns || 80)}\n`);
    drawn = true;
  };

  return {
    set(name, text, settled) {
      if (lines.get(name) === text) return;
      lines.set(name, text);
      if (out.isTTY) {
        erase();
        draw();
      } else if (settled && printed.get(name) !== text) {
        printed.set(name, text);
        out.write(`${now()}  ${name.padEnd(10)} ${text}\n`);
      }
    },
    announce(what, how) {
      if (out.isTTY) erase();
      out.write(`${now()}  ${what.padEnd(10)} ${how}\n`);
      if (out.isTTY) draw();
    },
    end() {
      if (out.isTTY) erase();
    },
  };
}
