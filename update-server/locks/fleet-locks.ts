import { randomBytes } from 'node:crypto';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { givePlace, nonceOf, takePlace } from '../../protocol/lock/fleet-semaphore.ts';
import type { Etcd } from '../../system/etcd/etcd.ts';
import { listFleetGroups } from '../../system/lock/list-locks.ts';
import { readFleetLock, swapFleetLock } from '../../system/lock/swap-fleet-lock.ts';
import { inTurn } from './in-turn.ts';

/** More groups of foreign hosts than are shown. */
const shownGroups = 100;
/** Holders of one group that are shown. */
const shownHolders = 200;

/** A FleetLock group with its holders, or why it cannot be shown. */
export interface ShownFleetLock {
  group: string;
  problem: string | null;
  slots: number;
  holders: { id: string; since: string }[];
}

/** The places of hosts that speak FleetLock, in groups of their own. */
export interface FleetLocks {
  /** Takes the host's place, or takes it again. Throws `fleetlock_full`, `fleetlock_group` and what etcd throws. */
  take(group: string, id: string, gone: AbortSignal): Promise<void>;
  /** Gives the host's place back, if it has one. */
  give(group: string, id: string, gone: AbortSignal): Promise<void>;
  groups(): Promise<ShownFleetLock[]>;
}

/**
 * FleetLock's two calls on places in etcd. Neither has a nonce, so the calls of one host are done in the order in which they
 * arrived, and those of callers that went away are not begun: an old "give back" never meets a place that was taken later.
 */
export function openFleetLocks(etcd: Etcd, now: () => Date): FleetLocks {
  const turns = inTurn();
  return {
    take: (group, id, gone) =>
      turns.take(`${group} ${id}`, gone, async () => {
        const nonce = randomBytes(16).toString('hex');
        const wanted = { id, nonce, since: now().toISOString() };
        const { refused, value } = await swapFleetLock(etcd, group, (found) => takePlace(found, wanted));
        if (!refused) return;
        throw new InterlockError('fleetlock_full', {
          group,
          taken: value.holders.length,
          slots: value.slots,
        });
      }),
    give: (group, id, gone) =>
      turns.take(`${group} ${id}`, gone, async () => {
        let begun: { nonce: string | undefined } | undefined;
        await swapFleetLock(etcd, group, (found) => {
          begun ??= { nonce: nonceOf(found, id) };
          return { value: givePlace(found, id, begun.nonce) };
        });
      }),
    async groups() {
      const groups = await listFleetGroups(etcd, shownGroups);
      return Promise.all(groups.map((group) => show(etcd, group)));
    },
  };
}

async function show(etcd: Etcd, group: string): Promise<ShownFleetLock> {
  try {
    const { slots, holders } = await readFleetLock(etcd, group);
    return {
      group,
      problem: null,
      slots,
      holders: holders.slice(0, shownHolders).map(({ id, since }) => ({ id, since })),
    };
  } catch (error) {
    return { group, problem: (error as Error).message, slots: 0, holders: [] };
  }
}
