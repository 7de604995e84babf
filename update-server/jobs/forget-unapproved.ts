import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Ports } from '../routing/ports.ts';

const hourMs = 3_600_000;
/** A host that never checked in after it enrolled will hardly do so later: it enrols again. */
const unseenMs = 24 * hourMs;
/** One that did may be away for a while. */
const awayMs = 30 * 24 * hourMs;

/** Forgets hosts that nobody approved and that are gone, now and every hour. Returns how to stop. */
export function keepUnapproved(
  { store, now }: Pick<Ports, 'store' | 'now'>,
  tell: (problem: string) => void,
): () => void {
  const look = () =>
    void forgetGone({ store, now }).catch((error: unknown) => tell(asInterlockError(error).message));
  look();
  const timer = setInterval(look, hourMs);
  return () => clearInterval(timer);
}

/** One look. */
export function forgetGone({ store, now }: Pick<Ports, 'store' | 'now'>): Promise<number> {
  const at = now();
  const before = new Date(at.getTime() - awayMs).toISOString();
  const unseen = new Date(at.getTime() - unseenMs).toISOString();
  const line = { who: 'server', action: 'forget', subject: 'unapproved hosts', detail: 'not seen any more' };
  return store.forgetUnapproved({ before, unseen }, { at: at.toISOString(), ...line });
}
