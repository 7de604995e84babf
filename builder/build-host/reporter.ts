import { visible } from '../../protocol/text/visible.ts';
import { cutEnd } from '../../system/terminal/cut-end.ts';
import { formatSeconds, type Progress, showProgress, terminalWidth } from '../../system/terminal/progress.ts';

/** Reports the progress of a build; `total` in bytes, 0 when a step cannot know it. */
export interface Reporter {
  (step: string, total: number): Progress;
  /** Warns the author of a definition in one line; the build continues. */
  warn?(line: string): void;
}

/** Warns with each of these lines. */
export function warnOf(report: Reporter, lines: Iterable<string>): void {
  for (const line of lines) report.warn?.(line);
}

/** A reporter that prints each warning once and keeps all of them in `warnings`, in order. */
export function keepWarnings(report: Reporter): { report: Reporter; warnings: string[] } {
  const warnings: string[] = [];
  const keeping: Reporter = (step, total) => report(step, total);
  keeping.warn = (line) => {
    if (warnings.includes(line)) return;
    warnings.push(line);
    report.warn?.(line);
  };
  return { report: keeping, warnings };
}

/** Reports only the steps, for a build whose warnings were printed before. */
export function withoutWarnings(report: Reporter): Reporter {
  return (step, total) => report(step, total);
}

/** Reports nothing. */
export const silent: Reporter = () => ({ at() {}, end() {} });

/** Reports a step from its begin to its end, also when it fails; `note` describes the result. */
export async function during<T>(
  report: Reporter,
  step: string,
  total: number,
  work: (progress: Progress) => Promise<T>,
  note?: (result: T) => string,
): Promise<T> {
  const progress = report(step, total);
  let outcome = 'failed';
  try {
    const result = await work(progress);
    outcome = note?.(result) ?? 'done';
    return result;
  } finally {
    progress.end(outcome);
  }
}

const quietMs = 2000;
const tickMs = { onTerminal: 1000, elsewhere: 10_000 };

/** For people: a bar for steps of a known size, for others a line with the time taken. */
export function reportOn(out: NodeJS.WriteStream): Reporter {
  const show: Reporter = (step, total) => (total > 0 ? showProgress(step, total, out) : showStep(step, out));
  show.warn = (line) => out.write(`${out.isTTY ? '\r\x1b[K' : ''}warning: ${visible(line)}\n`);
  return show;
}

/** The step with the seconds that it has taken so far: in place on a terminal; elsewhere a line when it begins to last, and one now and then. */
function showStep(named: string, out: NodeJS.WriteStream): Progress {
  const started = Date.now();
  const step = visible(named);
  const elapsed = () => (Date.now() - started) / 1000;
  const draw = (text: string) => {
    out.write(out.isTTY ? `\r\x1b[K${cutEnd(text, terminalWidth(out))}` : `${text}\n`);
  };
  const show = () => draw(elapsed() < 1 ? `${step} …` : `${step} … ${formatSeconds(elapsed())}`);
  const later = setTimeout(show, out.isTTY ? 0 : quietMs).unref();
  const ticks = setInterval(show, out.isTTY ? tickMs.onTerminal : tickMs.elsewhere).unref();
  return {
    at() {},
    end(note = 'done') {
      clearTimeout(later);
      clearInterval(ticks);
      draw(`${step}  ${visible(note)} (${elapsed().toFixed(1)} s)`);
      if (out.isTTY) out.write('\n');
    },
  };
}
