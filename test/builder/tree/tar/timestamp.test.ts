import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTar } from '../../../../builder/tree/tar/read-tar.ts';
import { timeOf, timeText } from '../../../../builder/tree/tar/timestamp.ts';

describe('timeOf', () => {
  it.each([
    ['0', 0, 0],
    ['1700000000.123456789', 1_700_000_000, 123_456_789],
    ['1.1234567899', 1, 123_456_789],
    ['-1', -1, 0],
    ['-0.25', -1, 750_000_000],
    ['-1.000000001', -2, 999_999_999],
    ['9007199254740.5', 9_007_199_254_740, 500_000_000],
  ])('%s', (text, seconds, nanoseconds) => expect(timeOf(text)).toEqual({ seconds, nanoseconds }));

  it.each(['', 'x', '1e9', '1.2.3', '--1', '9'.repeat(16)])('refuses %j', (text) =>
    expect(timeOf(text)).toBeNull(),
  );

  it('reads back what timeText writes', () => {
    const seconds = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 });
    fc.assert(
      fc.property(seconds, fc.integer({ min: 0, max: 999_999_999 }), (whole, nanoseconds) => {
        const time = { seconds: whole, nanoseconds };
        expect(timeOf(timeText(time))).toEqual(time);
      }),
    );
  });
});

it('GNU tar’s times are read in both of its forms, also before 1970', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'times-'));
  try {
    const dates = { a: '@-1', b: '@-86400', c: '@-1.5', d: '@8589934592', e: '@1.000000001' };
    for (const [name, date] of Object.entries(dates)) execFileSync('touch', ['-d', date, name], { cwd: dir });
    const read = async (format: string) => {
      const tar = execFileSync('tar', [`--format=${format}`, '-c', ...Object.keys(dates)], { cwd: dir });
      const times: string[] = [];
      for await (const { mtime } of readTar(Readable.from([tar]))) times.push(timeText(mtime));
      return times;
    };
    expect(await read('pax')).toEqual(['-1', '-86400', '-1.5', '8589934592', '1.000000001']);
    expect(await read('gnu')).toEqual(['-1', '-86400', '-2', '8589934592', '1']);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
