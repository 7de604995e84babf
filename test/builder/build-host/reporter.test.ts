import { PassThrough } from 'node:stream';
import { expect, it, vi } from 'vitest';
import {
  keepWarnings,
  reportOn,
  silent,
  warnOf,
  withoutWarnings,
} from '../../../builder/build-host/reporter.ts';

/** What a terminal shows of a report. */
function shownBy(use: (report: ReturnType<typeof reportOn>) => void): string {
  const out = new PassThrough();
  use(reportOn(out as unknown as NodeJS.WriteStream));
  return String(out.read() ?? '');
}

it('shows each warning once, at once, and keeps all for the answer', () => {
  const shown = shownBy((to) => {
    const { report, warnings } = keepWarnings(to);
    report.warn?.('one\x1b[2J');
    warnOf(report, ['two', 'one\x1b[2J']);
    expect(warnings).toEqual(['one\x1b[2J', 'two']);
  });
  expect(shown.split('\n').map((line) => line.slice(0, 12))).toEqual(['warning: one', 'warning: two', '']);
  expect(shown).not.toContain('\x1b');
});

it('keeps warnings that nobody watches', () => {
  const { report, warnings } = keepWarnings(silent);
  warnOf(report, ['one']);
  expect(warnings).toEqual(['one']);
});

it('can leave them out for a second build of the same', () => {
  const shown = shownBy((to) => {
    const { report, warnings } = keepWarnings(withoutWarnings(to));
    report.warn?.('one');
    report('normalise', 0).end();
    expect(warnings).toEqual(['one']);
  });
  expect(shown).toMatch(/^normalise {2}done \(\d+\.\d s\)\n$/);
});

it('moves a step of unknown length: in place on a terminal, by a line each ten seconds elsewhere', () => {
  vi.useFakeTimers();
  try {
    const after = (seconds: number, isTTY: boolean) => {
      const out = Object.assign(new PassThrough(), { isTTY, columns: 80 });
      const step = reportOn(out as unknown as NodeJS.WriteStream)('resolve packages', 0);
      vi.advanceTimersByTime(seconds * 1000);
      step.end();
      vi.advanceTimersByTime(60_000);
      return String(out.read() ?? '');
    };
    const lines = after(25, false).split('\n');
    expect(lines[0]).toBe('resolve packages … 2 s');
    expect(lines[1]).toBe('resolve packages … 10 s');
    expect(lines[2]).toBe('resolve packages … 20 s');
    expect(lines[3]).toMatch(/^resolve packages {2}done \(2\d\.\d s\)$/);
    expect(after(3, true)).toContain('\r\x1b[Kresolve packages … 2 s');
  } finally {
    vi.useRealTimers();
  }
});
