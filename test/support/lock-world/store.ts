import type { LockSelf } from '../../../agent/ports/lock.ts';
import type { Effect, EventOf } from '../../../agent/state-machine/event.ts';
import type { LockValue } from '../../../protocol/lock/lock-value.ts';
import { acquire, type Change, cancel, emptyLock, release } from '../../../protocol/lock/semaphore.ts';

/** What etcd would do with a request that was sent: lost on the way, or applied and the answer lost. */
export type Luck = 'ok' | 'lost' | 'applied' | 'late';

/** A pure store with compare-and-swap on a revision, whose answers may go missing. */
export interface LockStore {
  value: LockValue;
  revision: number;
  /** Swaps that are still on their way. */
  late: (() => void)[];
}

export function createStore(slots: number): LockStore {
  return { value: emptyLock(slots), revision: 1, late: [] };
}

/** Performs a lock effect as the real client does: read, change, swap. */
export function performLock(
  store: LockStore,
  effect: Extract<Effect, { kind: 'acquire' | 'release' | 'cancel' }>,
  self: LockSelf,
  luck: Luck,
): EventOf<'acquired'> | EventOf<'released'> {
  const time = '2026-01-01T00:00:00Z';
  const { value, revision } = store;
  const change = changeOf(effect, value, self, time);
  const won = 'refused' in change ? null : () => swap(store, revision, change.value);
  if (luck === 'applied') won?.();
  if (luck === 'late' && won) store.late.push(won);
  if (luck === 'ok') won?.();
  const unknown = { kind: 'unknown', problem: 'timeout' } as const;
  if (effect.kind !== 'acquire') {
    if ('refused' in change) throw new Error(`${effect.kind} refused: ${change.problem}`);
    const answer = luck === 'ok' ? { kind: 'released' as const, revision: String(store.revision) } : unknown;
    return { kind: 'released', time, answer };
  }
  const { nonce } = effect.attempt;
  if (luck !== 'ok') return { kind: 'acquired', time, nonce, answer: unknown };
  if ('refused' in change) {
    const { refused, problem } = change;
    if (refused === 'same_boot') throw new Error(problem);
    return { kind: 'acquired', time, nonce, answer: { kind: 'wait', reason: refused, holders: [], problem } };
  }
  const answer = {
    kind: 'held' as const,
    hold: { ...effect.attempt, clusterId: 'c' },
    revision: String(store.revision),
  };
  return { kind: 'acquired', time, nonce, answer };
}

function changeOf(
  effect: Extract<Effect, { kind: 'acquire' | 'release' | 'cancel' }>,
  value: LockValue,
  self: LockSelf,
  since: string,
): Change {
  if (effect.kind === 'cancel') return cancel(value, { host: effect.hold.host, boots: self.boots });
  if (effect.kind === 'release') {
    const { host, boot } = effect.hold;
    return release(value, { host, boot, release: effect.rootHash }, self, effect.verdict);
  }
  const { host, boot, nonce } = effect.attempt;
  return acquire(value, { host, boot, nonce, since, release: effect.rootHash }, self.boots);
}

function swap(store: LockStore, revision: number, value: LockValue): void {
  if (store.revision !== revision) return;
  store.revision++;
  store.value = value;
}
