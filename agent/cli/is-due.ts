import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dayMs } from '../../protocol/time/durations.ts';
import type { Paths } from '../config/paths.ts';
import { nothingDueUntil } from '../state-machine/check-in-due.ts';

/** A longer wait was made while the clock was wrong. */
const longestWaitMs = dayMs;

/**
 * False while the state says to wait, under the boot it was written in, with nothing to report: most of the timer's
 * runs end here, before anything else is loaded. In any doubt it is due, and the state is read with care.
 */
export async function isDue({ root, run, state }: Paths, now = Date.now()): Promise<boolean> {
  try {
    const memory = JSON.parse(await readFile(join(state, 'state.json'), 'utf8'));
    const { wait, reports, boots } = memory;
    const left = Date.parse(nothingDueUntil(memory, wait.until)) - now;
    const isWaiting = left > 0 && left <= longestWaitMs && reports.length === 0;
    return !isWaiting || boots.at(-1) !== (await readBootId(root, run));
  } catch {
    // no state yet, or one that the run itself has to complain about
    return true;
  }
}

async function readBootId(root: string, run: string): Promise<string> {
  if (root === '/') return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  return JSON.parse(await readFile(join(run, 'boot.json'), 'utf8')).bootId;
}
