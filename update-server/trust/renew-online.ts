import { lifeDays } from '../../protocol/trust.ts';
import type { OnlineKeys } from './online-keys.ts';
import { parseSnapshot, signOnline, signTimestamp } from './sign-online.ts';
import type { Published, RepositoryState } from './state.ts';

/** What the server's timer signs: a fresh timestamp, and a fresh snapshot once half of its life is over. */
export function renewOnline(
  state: RepositoryState,
  online: OnlineKeys,
  now: Date,
): Pick<Published, 'state' | 'files' | 'answer'> {
  const expires = state.snapshot && new Date(parseSnapshot(state.snapshot).signed.expires).getTime();
  const halfLife = (lifeDays.snapshot * 86_400_000) / 2;
  const snapshotIsOld = !expires || expires - now.getTime() < halfLife;
  return snapshotIsOld ? signOnline(state, online, now) : signTimestamp(state, online, now);
}
