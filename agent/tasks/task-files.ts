import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { privateFile, privateFolder } from '../../system/files/private-files.ts';

/** What is known of one task of this boot. The files are gone with the boot, as the task is. */
export interface TaskFiles {
  /** Seconds since the boot at which it was started; null: it was not. Written before it starts. */
  started(): Promise<number | null>;
  noteStart(): Promise<void>;
  /** The process group; null until its shell has said so. */
  group(): Promise<number | null>;
  /** Exit status, by the record of the task's own shell; null: there is none. */
  end(): Promise<number | null>;
  /** Where the shell writes. */
  base: string;
}

/** Opens the files of a task, below the run folder of this boot. */
export function openTaskFiles(run: string, id: string): TaskFiles {
  const folder = join(run, 'task');
  const base = join(folder, id);
  const number = async (what: string) => {
    const text = await readFile(`${base}.${what}`, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return /^\d+(\.\d+)?\s*$/.test(text) ? Number(text) : null;
  };
  return {
    base,
    started: () => number('start'),
    group: () => number('group'),
    end: () => number('end'),
    async noteStart() {
      // only one task runs at a time, and what the last one left is of no use
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true, mode: privateFolder });
      await writeFile(`${base}.start`, String(await secondsUp()), { mode: privateFile });
    },
  };
}

/** Seconds since the boot: no clock that is set changes them. */
export async function secondsUp(): Promise<number> {
  return Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
}
