import { hourMs } from '../../protocol/time/durations.ts';
import { expiryWarnings } from '../domain/tuf/role-lives.ts';
import type { Store } from '../store/interface/store.ts';
import { repeat } from './repeat.ts';

/** How often people are reminded of what only they can sign again. */
const remindMs = 6 * hourMs;

/** Logs which roles expire soon; offline ones are signed by people alone. Returns how to stop. */
export function warnExpiry(
  { store, now }: { store: Store; now(): Date },
  log: (warning: string) => void,
): () => void {
  const look = async () => {
    const { state } = await store.repository();
    for (const warning of expiryWarnings(state, now())) log(warning);
  };
  return repeat(look, remindMs, log);
}
