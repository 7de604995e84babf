import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateFile } from '../../system/files/private-files.ts';
import { print } from '../../system/terminal/print.ts';
import { type Progress as Bar, showProgress } from '../../system/terminal/progress.ts';
import type { Progress } from '../run/run.ts';

const pauseMs = 200;

/**
 * Writes `progress.json` for live displays, not fsynced, and says each new step on standard error: a line for the
 * journal, a bar with rate and time left for who sits at a terminal.
 */
export function openProgress(
  folder: string,
  out: NodeJS.WriteStream = process.stderr,
): (progress: Progress) => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'progress.json');
  let step = '';
  let written = 0;
  let bar: Bar | undefined;
  return (progress) => {
    const isNew = step !== `${progress.phase} ${progress.step}`;
    if (isNew) {
      bar?.end();
      bar = undefined;
      if (progress.step !== 'waiting') print(`${progress.phase}: ${progress.step}`, out);
    }
    step = `${progress.phase} ${progress.step}`;
    if (out.isTTY && progress.total > 0) bar ??= showProgress(progress.step, progress.total, out);
    bar?.at(progress.done);
    if (!isNew && Date.now() - written < pauseMs) return;
    written = Date.now();
    writeFileSync(`${file}.tmp`, JSON.stringify({ pid: process.pid, ...progress }), { mode: privateFile });
    renameSync(`${file}.tmp`, file);
  };
}
