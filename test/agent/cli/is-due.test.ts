import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isDue } from '../../../agent/cli/is-due.ts';
import { pathsOf } from '../../../agent/config/paths.ts';

let root: string;
const now = Date.parse('2026-01-01T00:00:00Z');
const waiting = {
  phase: { at: 'idle' },
  wait: { until: '2026-01-01T00:01:00Z' },
  reports: [],
  boots: ['a', 'b'],
};
const stuck = { ...waiting, phase: { at: 'offered' } };
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'interlock-due-'));
  await mkdir(pathsOf(root).state, { recursive: true });
  await mkdir(pathsOf(root).run, { recursive: true });
  await writeFile(join(pathsOf(root).run, 'boot.json'), JSON.stringify({ bootId: 'b' }));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it.each([
  ['a wait under this boot', JSON.stringify(waiting), false],
  ['a wait that is over', JSON.stringify({ ...waiting, wait: { until: '2025-12-31T00:00:00Z' } }), true],
  [
    'a wait from a wrong clock',
    JSON.stringify({ ...waiting, wait: { until: '2099-01-01T00:00:00Z' } }),
    true,
  ],
  ['no wait', JSON.stringify({ ...waiting, wait: null }), true],
  ['something to report', JSON.stringify({ ...waiting, reports: [{}] }), true],
  [
    'an update stuck, and the server told',
    JSON.stringify({ ...stuck, tellAt: '2026-01-01T00:00:30Z' }),
    false,
  ],
  [
    'an update stuck, and the server to be told',
    JSON.stringify({ ...stuck, tellAt: '2025-12-31T23:00:00Z' }),
    true,
  ],
  ['another boot', JSON.stringify({ ...waiting, boots: ['b', 'a'] }), true],
  ['a torn file', '{"wait":', true],
  ['no file', null, true],
])('with %s', async (_, text, due) => {
  if (text !== null) await writeFile(join(pathsOf(root).state, 'state.json'), text);
  expect(await isDue(pathsOf(root), now)).toBe(due);
});
