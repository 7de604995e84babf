import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { formatTime, inOwnZone } from '../../../system/terminal/format-time.ts';

const file = join(import.meta.dirname, '../../../system/terminal/format-time.ts');

/** What another process, in another zone, says about a time; `useUtc` after the zone has been used once. */
async function timeIn(zone: string, after = ''): Promise<string> {
  const code = `import { formatTime, useUtc } from ${JSON.stringify(file)};
    formatTime(0); ${after} console.log(formatTime("2026-03-01T22:05:31.000Z"))`;
  const env = { ...process.env, TZ: zone };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
    env,
  });
  return stdout.trim();
}

test.each([
  ['UTC', '2026-03-01T22:05Z'],
  ['Europe/Berlin', '2026-03-01T23:05+01:00'],
  ['America/St_Johns', '2026-03-01T18:35-03:30'],
])('in %s it is %s, which says its zone and can be typed back', async (zone, shown) => {
  expect(await timeIn(zone)).toBe(shown);
  expect(new Date(shown)).toEqual(new Date('2026-03-01T22:05:00Z'));
});

test('--utc wins over the zone', async () => {
  expect(await timeIn('Asia/Tokyo', 'useUtc();')).toBe('2026-03-01T22:05Z');
});

test('a sentence of the server has its times in the same form', () => {
  const at = '2026-03-01T22:05:31.000Z';
  expect(inOwnZone(`2.0.0, from ${at}: "2.0"`)).toBe(`2.0.0, from ${formatTime(at)}: "2.0"`);
});
