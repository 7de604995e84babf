import type { LockValue } from '../../protocol/lock/lock-value.ts';
import { isStoppedByFailures } from '../../protocol/lock/semaphore.ts';
import { formatList } from '../../system/list/format-list.ts';
import type { List } from '../../system/list/list.ts';

const holderList: List<LockValue['holders'][number]> = {
  none: '',
  columns: [
    { name: 'host', value: ({ host }) => host },
    { name: 'since', kind: 'time', value: ({ since }) => since },
    { name: 'boot', kind: 'id', value: ({ boot }) => boot, isSpare: true },
    { name: 'release', kind: 'id', value: ({ release }) => release },
  ],
};

/** `clear-failed` takes the start of a release, too. */
const releaseList: List<[rootHash: string, LockValue['releases'][string]]> = {
  none: '',
  columns: [
    { name: 'release', kind: 'id', value: ([rootHash]) => rootHash },
    { name: 'good', kind: 'count', value: ([, { ok }]) => ok },
    {
      name: 'failed',
      kind: 'text',
      value: ([, { failed }]) =>
        Object.entries(failed)
          .map(([host, reason]) => `${host}: ${reason}`)
          .join('; '),
    },
    {
      name: 'installs',
      value: ([, entry]) => (isStoppedByFailures(entry) ? 'stopped' : 'allowed'),
    },
  ],
};

/** The holders of a lock, and what its releases have come to, as two tables. */
export function formatLock(value: LockValue): string {
  const releases = Object.entries(value.releases);
  return [
    `${value.holders.length} of ${value.slots} places held`,
    ...(value.holders.length > 0 ? ['', formatList(holderList, value.holders)] : []),
    ...(releases.length > 0 ? ['', formatList(releaseList, releases)] : []),
  ].join('\n');
}
