import { readFileSync } from 'node:fs';

/** The kernel counts processor time for others in these, on every machine. */
const ticksPerSecond = 100;

/** Processor time that a process has had so far; 0 once it is gone. */
export function processorSecondsOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    // it has ended
    return 0;
  }
}
