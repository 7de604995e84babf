import { visible } from '../../protocol/text/visible.ts';
import { cutEnd } from './cut-end.ts';
import { print } from './print.ts';

/** Some lines that change in place on a terminal; elsewhere one plain line for each change. */
export interface Screen {
  /** Draws `lines` over the ones before; where nothing can change in place, `plain` is printed when it is new. */
  show(lines: readonly string[], plain: string): void;
  /** Leaves what was drawn last, and the cursor below it. */
  end(): void;
}

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';

/** Opens the screen on a stream. */
export function openScreen(out: NodeJS.WriteStream): Screen {
  let drawn = 0;
  let printed = '';
  if (out.isTTY) out.write(hideCursor);
  return {
    show(lines, plain) {
      if (out.isTTY) {
        const up = drawn > 0 ? `\x1b[${drawn}A` : '';
        out.write(
          `${up}\r\x1b[J${lines.map((line) => cutEnd(visible(line), out.columns || line.length)).join('\n')}\n`,
        );
        drawn = lines.length;
      } else if (plain !== printed) {
        printed = plain;
        print(visible(plain), out);
      }
    },
    end() {
      if (out.isTTY) out.write(showCursor);
    },
  };
}
