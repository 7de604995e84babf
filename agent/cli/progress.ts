import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../run.ts';

const pauseMs = 200;

/** Writes `progress.json` for live displays, not fsynced, and says each new step on standard error for the journal. */
export function openProgress(folder: string): (progress: Progress) => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'progress.json');
  let step = '';
  let written = 0;
  return (progress) => {
    const isNew = step !== `${progress.phase} ${progress.step}`;
    if (!isNew && Date.now() - written < pauseMs) return;
    if (isNew && progress.step !== 'waiting') process.stderr.write(`${progress.phase}: ${progress.step}\n`);
    step = `${progress.phase} ${progress.step}`;
    written = Date.now();
    writeFileSync(`${file}.tmp`, JSON.stringify({ pid: process.pid, ...progress }));
    renameSync(`${file}.tmp`, file);
  };
}
