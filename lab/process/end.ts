import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { runningPid } from './running.ts';

const lookEveryMs = 50;

/** Ends the process on record, by force when it does not follow `signal` within `seconds`, and takes the record away. */
export async function endProcess(
  record: string,
  { signal = 'SIGTERM', seconds = 10 }: { signal?: 'SIGTERM' | 'SIGKILL'; seconds?: number } = {},
): Promise<void> {
  send(record, signal);
  if (!(await waitForEnd(record, seconds))) {
    send(record, 'SIGKILL');
    await waitForEnd(record, Number.POSITIVE_INFINITY);
  }
  await rm(record, { force: true });
}

/** Waits until the process on record has ended; false when it still runs after `seconds`. */
export async function waitForEnd(record: string, seconds: number): Promise<boolean> {
  for (const end = Date.now() + seconds * 1000; runningPid(record) !== undefined; await sleep(lookEveryMs)) {
    if (Date.now() >= end) return false;
  }
  return true;
}

function send(record: string, signal: NodeJS.Signals): void {
  const pid = runningPid(record);
  if (pid === undefined) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    // it ended in between
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
