import { visible } from '../../protocol/text/visible.ts';
import { type Progress, showProgress } from '../../system/terminal/progress.ts';

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

/** For people: a bar for steps of a known size, for others a line with the time taken. */
export function reportOn(out: NodeJS.WriteStream): Reporter {
  const show: Reporter = (step, total) => (total > 0 ? showProgress(step, total, out) : showStep(step, out));
  show.warn = (line) => out.write(`${out.isTTY ? '\r\x1b[K' : ''}warning: ${visible(line)}\n`);
  return show;
}

function showStep(named: string, out: NodeJS.WriteStream): Progress {
  const started = Date.now();
  const step = visible(named);
  const begin = () => out.write(out.isTTY ? `${step} …` : `${step} …\n`);
  const later = setTimeout(begin, out.isTTY ? 0 : quietMs);
  return {
    at() {},
    end(note = 'done') {
      clearTimeout(later);
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      out.write(`${out.isTTY ? '\r\x1b[K' : ''}${step}  ${visible(note)} (${seconds} s)\n`);
    },
  };
}
