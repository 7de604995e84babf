import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCalendarPort } from '../../../agent/compose/calendar-port.ts';
import { pathsOf } from '../../../agent/config/paths.ts';
import { readSettings } from '../../../agent/config/settings.ts';
import { saveCache } from '../../../agent/trust/cache.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'interlock-windows-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function settingsWith(text: string) {
  const file = join(root, 'etc/interlock/agent.d/60-host.toml');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return readSettings(pathsOf(root));
}

const night = '[[window]]\ndays = ["sunday"]\nfrom = "22:00"\nto = "05:00"\nzone = "Europe/Berlin"\n';

it('reads windows in the words of a rollout’s policy, and says when the next one opens', async () => {
  const settings = await settingsWith(night);
  const calendar = openCalendarPort({ paths: pathsOf(root), settings });
  expect(await calendar.opening(new Date('2026-01-12T03:59:00Z'))).toEqual({ isOpen: true });
  expect(await calendar.opening(new Date('2026-01-12T04:00:00Z'))).toMatchObject({
    isOpen: false,
    next: '2026-01-18T21:00:00.000Z',
  });
});

it('keeps them closed while the clock is behind a time that is proven', async () => {
  const settings = await settingsWith(night);
  const trust = join(root, 'var/lib/interlock/agent/trust');
  await mkdir(trust, { recursive: true });
  const verifiedAt = '2026-02-01T00:00:00Z';
  await saveCache(trust, { format: 1, metadata: {}, serials: {}, verifiedAt, accepted: [] });
  const calendar = openCalendarPort({ paths: pathsOf(root), settings });
  expect(await calendar.opening(new Date('2026-01-12T03:59:00Z'))).toMatchObject({
    isOpen: false,
    next: null,
    code: 'clock_behind',
  });
});

it.each([
  ['zone = "Mars/Olympus"', /Mars\/Olympus is not a time zone/],
  ['zone = "UTC"\nday = "sunday"', /day/],
])('refuses a window with %s, naming the file', async (line, problem) => {
  const window = settingsWith(`[[window]]\nfrom = "22:00"\nto = "05:00"\n${line}\n`);
  await expect(window).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(problem),
  });
});
