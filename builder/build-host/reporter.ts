import { visible } from '../../protocol/text/visible.ts';
import { type Progress, showProgress } from '../../system/terminal/progress.ts';

/** Tells somebody how far a build is; `total` in bytes, 0 when a step cannot know it. */
export interface Reporter {
  (step: string, total: number): Progress;
  /** Says in one line what the author of a definition should know, though the build goes on. */
  warn?(line: string): void;
}

/** Says each of these lines. */
export function warnOf(report: Reporter, lines: Iterable<string>): void {
  for (const line of lines) report.warn?.(line);
}

/** A reporter that says each warning once and keeps them all in `warnings`, in order. */
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

/** Reports the steps alone, for a build whose warnings somebody heard before. */
export function withoutWarnings(report: Reporter): Reporter {
  return (step, total) => report(step, total);
}

/** For callers that nobody watches. */
export const silent: Reporter = () => ({ at() {}, end() {} });

/** Reports a step from its begin to its end, also when it fails; `note` says what came of it. */
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
