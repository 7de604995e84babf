import type { LockValue } from '../../protocol/lock/lock-value.ts';
import { isStoppedByFailures } from '../../protocol/lock/semaphore.ts';
import { formatTime } from '../../system/terminal/format-time.ts';
import { formatTable, text } from '../../system/terminal/table.ts';
import { shownDigits } from './format-values.ts';

/** Digits of a root hash in tables; `clear-failed` accepts so many or fewer. */
const hashDigits = 12;

/** The holders of a lock, and what its releases have come to, as two tables. */
export function formatLock(value: LockValue): string {
  const holders = value.holders.map(({ host, since, boot, release }) => [
    host,
    formatTime(since),
    boot.slice(0, shownDigits),
    release.slice(0, hashDigits),
  ]);
  const releases = Object.entries(value.releases).map(([rootHash, entry]) => [
    rootHash.slice(0, hashDigits),
    String(entry.ok),
    Object.entries(entry.failed)
      .map(([host, reason]) => `${host}: ${reason}`)
      .join('; ') || '-',
    isStoppedByFailures(entry) ? 'stopped' : 'allowed',
  ]);
  return [
    `${value.holders.length} of ${value.slots} places held`,
    ...(holders.length > 0 ? ['', formatTable(['HOST', 'SINCE', 'BOOT', 'RELEASE'], holders)] : []),
    ...(releases.length > 0
      ? ['', formatTable(['RELEASE', 'GOOD', text('FAILED'), 'INSTALLS'], releases)]
      : []),
  ].join('\n');
}
