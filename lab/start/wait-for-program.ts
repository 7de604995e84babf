import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { lastLines } from '../machine/phase.ts';
import { runningPid } from '../process/running.ts';

const lookEveryMs = 100;
/** On a busy machine without KVM a program of ours takes seconds to start. */
const patienceMs = 120_000;

/** Waits until a program that was just launched is ready. Throws `lab_program_failed` with the last lines of its log. */
export async function waitForProgram(
  { program, log, record }: { program: string; log: string; record: string },
  isReady: () => Promise<boolean>,
): Promise<void> {
  const started = Date.now();
  let wasSeen = false;
  while (!(await isReady())) {
    const waited = Date.now() - started;
    const runs = runningPid(record) !== undefined;
    wasSeen ||= runs;
    const ended = !runs && (wasSeen || waited > patienceMs / 10);
    if (ended || waited > patienceMs) {
      // without a log nothing was said
      const lines = lastLines(await readFile(log, 'utf8').catch(() => ''));
      const problem = ended ? 'it ended' : `it was not ready after ${patienceMs / 1000} s`;
      throw new InterlockError('lab_program_failed', { program, problem, lines });
    }
    await sleep(lookEveryMs);
  }
}
