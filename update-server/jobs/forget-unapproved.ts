import { dayMs, hourMs } from '../../protocol/time/durations.ts';
import type { Store } from '../store/interface/store.ts';
import { repeat } from './repeat.ts';

/** A host that did not check in within a day of enrolling will hardly do so later: it enrolls again. */
const unseenMs = dayMs;
/** One that did may be away for a while. */
const awayMs = 30 * dayMs;

interface Needs {
  store: Store;
  now(): Date;
}

/** Deletes, every hour, unapproved hosts that no longer check in. Returns how to stop. */
export function keepForgetting(needs: Needs, log: (problem: string) => void): () => void {
  return repeat(() => forgetGone(needs), hourMs, log);
}

/** Forgets them once. */
export function forgetGone({ store, now }: Needs): Promise<number> {
  const time = now();
  const before = new Date(time.getTime() - awayMs).toISOString();
  const unseen = new Date(time.getTime() - unseenMs).toISOString();
  const subject = { kind: 'unapproved_hosts' } as const;
  const line = { who: 'server', action: 'forget', subject, detail: 'not seen any more' };
  return store.forgetUnapproved({ before, unseen }, { at: time.toISOString(), ...line });
}
