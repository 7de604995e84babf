import { readFileSync } from 'node:fs';
import { isRunning, pidOf } from '../../system/process/process-tag.ts';

/** The pid of the process that a record names; undefined when it has ended, whoever has its number now. */
export function runningPid(record: string): number | undefined {
  const tag = readTag(record);
  return tag !== undefined && isRunning(tag) ? pidOf(tag) : undefined;
}

function readTag(record: string): string | undefined {
  try {
    return readFileSync(record, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Resident memory of a process in bytes; 0 when it has ended. */
export function residentBytes(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kib ?? 0) * 1024;
  } catch {
    // ended meanwhile
    return 0;
  }
}
