import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/**
 * Names this process as nothing else will ever be named: machine and boot, container, pid, and when it started. A word of
 * `[0-9a-f.]`, for the names of folders that must go when their maker is gone.
 */
export function processTag(): string {
  return `${placeTag()}.${process.pid}.${startOf('self')}`;
}

/** The pid of a tag. */
export function pidOf(tag: string): number {
  return Number(tag.split('.')[1]);
}

/** Whether the process of a tag runs; nothing when it is of another machine, boot or container and cannot be known. */
export function isRunning(tag: string): boolean | undefined {
  const [place, pid = '', start] = tag.split('.');
  if (place !== placeTag()) return undefined;
  return startOf(pid) === start;
}

/** The part of a tag that says where its process is: of machine, boot and container. */
export function placeTag(): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
  const container = readlinkSync('/proc/self/ns/pid');
  return createHash('sha256').update(`${boot} ${container}`).digest('hex').slice(0, 8);
}

/**
 * Field 22 of proc_pid_stat(5): clock ticks since boot. The second field may hold blanks and brackets. What has ended and only
 * waits for its parent to notice does not run.
 */
function startOf(pid: string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    // no such process
    return undefined;
  }
}
