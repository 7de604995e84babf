import { expect, test } from 'vitest';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { emptyLock } from '../../../protocol/lock/semaphore.ts';
import type { Etcd } from '../../../system/etcd/etcd.ts';
import { swapLock } from '../../../system/lock/swap-lock.ts';

const said = { clusterId: 'c', revision: '7' };
const gone = () => Promise.reject(new InterlockError('unreachable', { url: 'etcd', problem: 'refused' }));

/** An etcd that answers so many reads, lets every swap lose, and is gone then. */
function etcdOf(reads: number): Etcd {
  let left = reads;
  return {
    read: () => (left-- > 0 ? Promise.resolve({ ...said, found: null }) : gone()),
    swap: () => Promise.resolve({ ...said, won: false }),
    call: gone,
    rest: async () => {},
    troubles: () => [],
    close: () => {},
  };
}

test.each([
  ['before anything was sent surely changed nothing', 0, 'unreachable'],
  ['after a swap that lost is unknown: it may have arrived twice', 1, 'lock_unknown'],
])('an etcd that goes away %s', async (_, reads, code) => {
  const swap = swapLock(etcdOf(reads), 'group', () => ({ value: emptyLock(2) }));
  await expect(swap).rejects.toMatchObject({ code });
});
