import { rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { privateFile } from '../../system/files/private-files.ts';
import { nothingDueUntil } from '../state-machine/check-in-due.ts';
import type { Memory } from '../state-machine/memory.ts';

/**
 * Says, by the time of a file that is gone with the boot, until when nothing is due: the timer's unit compares it and
 * most ticks end without starting Node. With reports to send there is no such file.
 */
export async function noteNextRun(
  run: string,
  memory: Pick<Memory, 'wait' | 'reports' | 'phase' | 'tellAt'>,
): Promise<void> {
  const { wait, reports } = memory;
  const file = join(run, 'next-run');
  await rm(file, { force: true });
  if (!wait || reports.length > 0) return;
  const until = new Date(nothingDueUntil(memory, wait.until));
  await writeFile(`${file}.tmp`, '', { mode: privateFile });
  await utimes(`${file}.tmp`, until, until);
  await rename(`${file}.tmp`, file);
}
