import { access } from 'node:fs/promises';
import { run } from '../../system/process/run.ts';

/**
 * Whether the kernel's clock follows some time source: systemd-timesyncd says so by a file, and for any other (chrony, ntpd)
 * `timedatectl` asks the kernel (adjtimex). When nobody can say, it does not.
 */
export async function isClockSynchronised(flag = '/run/systemd/timesync/synchronized'): Promise<boolean> {
  const isFlagged = await access(flag).then(
    () => true,
    () => false,
  );
  if (isFlagged) return true;
  // without timedatectl nobody can say that the clock is synchronized
  const words = await run('timedatectl', ['show', '--property=NTPSynchronized', '--value']).catch(() => '');
  return words.trim() === 'yes';
}
