import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type LockValue, lockKey } from '../../protocol/lock/lock-value.ts';
import type { Etcd } from '../../system/etcd/etcd.ts';
import { listGroups } from '../../system/lock/list-locks.ts';
import { lockOf } from '../../system/lock/read-lock.ts';
import { forceOut, swapLock } from '../../system/lock/swap-lock.ts';

/** No more groups than this are shown, and no value that is longer; a real one has a few kilobytes. */
export const shownAtMost = { groups: 500, bytes: 256 * 1024 };
/** How many values are read at once. */
const atOnce = 8;

/** A group's lock, or why it cannot be shown: one bad value hides no other. */
export type ShownLock = { group: string } & (
  | { value: LockValue; problem: null }
  | { value: null; problem: string }
);

/** Shows the groups' locks in etcd; hosts take and give back their places without this server. */
export interface Locks {
  /** `isMore`: etcd has more groups than are shown. */
  groups(): Promise<{ locks: ShownLock[]; isMore: boolean }>;
  /** Takes a place away. Throws `not_found`, and what etcd throws. */
  release(group: string, host: string): Promise<{ before: LockValue; after: LockValue }>;
  /** Changes a group's value otherwise. Throws what etcd throws. */
  change(
    group: string,
    next: (value: LockValue) => LockValue,
  ): Promise<{ before: LockValue; after: LockValue }>;
  close(): void;
}

/** Shows the named groups, or all that etcd has. A value is read and parsed once for each of its revisions. */
export function openLocks(etcd: Etcd, named: readonly string[]): Locks {
  let known = new Map<string, { revision: string; shown: ShownLock }>();
  let running: Promise<{ locks: ShownLock[]; isMore: boolean }> | undefined;

  async function show(group: string, revision: string | undefined): Promise<ShownLock> {
    const before = known.get(group);
    if (before && before.revision === revision) return before.shown;
    try {
      const { found } = await etcd.read(lockKey(group));
      if (before && before.revision === found?.revision) return before.shown;
      const shown = shownOf(group, () => {
        const tooLong = `it has ${found?.text.length} characters`;
        if (found && found.text.length > shownAtMost.bytes) throw damaged(group, tooLong);
        return lockOf(found, group);
      });
      if (found) known.set(group, { revision: found.revision, shown });
      return shown;
    } catch (error) {
      return { group, value: null, problem: asInterlockError(error).message };
    }
  }

  async function look() {
    const list = named.length > 0 ? null : await listGroups(etcd, shownAtMost.groups);
    const groups = list?.groups ?? named.map((group) => ({ group, revision: undefined }));
    const locks: ShownLock[] = [];
    for (let at = 0; at < groups.length; at += atOnce) {
      const some = groups.slice(at, at + atOnce).map(({ group, revision }) => show(group, revision));
      locks.push(...(await Promise.all(some)));
    }
    const present = new Set(groups.map(({ group }) => group));
    known = new Map([...known].filter(([group]) => present.has(group)));
    return { locks, isMore: list?.isMore ?? false };
  }

  return {
    groups() {
      const mine = running ?? look();
      running = mine;
      const done = () => {
        if (running === mine) running = undefined;
      };
      mine.then(done, done);
      return mine;
    },
    async release(group, host) {
      const changed = await forceOut(etcd, group, host);
      running = undefined;
      return changed;
    },
    async change(group, next) {
      let before: LockValue | undefined;
      const { value: after } = await swapLock(etcd, group, (found) => {
        before ??= found;
        return { value: next(found) };
      });
      running = undefined;
      return { before: before!, after };
    },
    close: () => etcd.close(),
  };
}

function shownOf(group: string, read: () => LockValue): ShownLock {
  try {
    return { group, value: read(), problem: null };
  } catch (error) {
    return { group, value: null, problem: asInterlockError(error).message };
  }
}

function damaged(group: string, problem: string): InterlockError {
  return new InterlockError('lock_damaged', { group, key: lockKey(group), problem });
}
