import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noteNextRun } from '../../../agent/state/note-next-run.ts';

const unit = new URL('../../../agent/dist/usr/lib/systemd/system/interlock-agent.service', import.meta.url);
const hourMs = 3_600_000;
let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'next-run-'));
});
afterEach(() => rmSync(run, { recursive: true, force: true }));

/** What the unit's own condition says, in another folder than the host's. */
function isDue(folder = run): boolean {
  const [, script = ''] = /^ExecCondition=\/bin\/sh -c '(.*)'$/m.exec(readFileSync(unit, 'utf8')) ?? [];
  expect(script).toContain('/run/interlock');
  return spawnSync('/bin/sh', ['-c', script.replace('/run/interlock', folder)]).status === 0;
}

const note = (ms: number, reports: unknown[] = []) =>
  noteNextRun(run, {
    wait: { until: new Date(Date.now() + ms).toISOString(), reason: 'up_to_date' },
    reports,
    phase: { at: 'idle' },
  } as unknown as Parameters<typeof noteNextRun>[1]);

test('the timer starts no agent while the last run waits', async () => {
  await note(hourMs);
  expect(isDue()).toBe(false);
  await note(-1000);
  expect(isDue()).toBe(true);
});

test('a host that is stuck in an update wakes to tell the server so', async () => {
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const stuck = { phase: { at: 'offered' }, wait: { until: at(hourMs), reason: 'no room' }, reports: [] };
  await noteNextRun(run, { ...stuck, tellAt: at(60_000) } as unknown as Parameters<typeof noteNextRun>[1]);
  expect(isDue()).toBe(false);
  await noteNextRun(run, { ...stuck, tellAt: at(-1000) } as unknown as Parameters<typeof noteNextRun>[1]);
  expect(isDue()).toBe(true);
});

test('in any doubt a run is due', async () => {
  expect(isDue()).toBe(true);
  expect(isDue(join(run, 'missing'))).toBe(true);
  await note(48 * hourMs);
  expect(isDue()).toBe(true);
  await note(hourMs, [{}]);
  expect(isDue()).toBe(true);
  await noteNextRun(run, { wait: null, reports: [], phase: { at: 'idle' } });
  expect(isDue()).toBe(true);
});
