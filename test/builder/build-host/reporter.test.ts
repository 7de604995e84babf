import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
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
