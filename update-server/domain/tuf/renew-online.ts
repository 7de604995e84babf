import { lifeDays, livesTooLong } from '../../../protocol/documents/trust.ts';
import { dayMs } from '../../../protocol/time/durations.ts';
import type { OnlineKeys } from './online-keys.ts';
import { signOnline, signTimestamp } from './sign-online.ts';
import type { Published, RepositoryState } from './state.ts';

type OnlineRole = 'snapshot' | 'timestamp';

/** A clock that is set back by less than this between two looks is as good as right. */
const slackMs = 60_000;

/** What the server's timer signs: a fresh timestamp, and a fresh snapshot once half of its life is over or when it lives too long. */
export function renewOnline(
  state: RepositoryState,
  online: OnlineKeys,
  now: Date,
): Pick<Published, 'state' | 'files' | 'answer'> {
  return needsSigning(state, 'snapshot', now)
    ? signOnline(state, online, now)
    : signTimestamp(state, online, now);
}

/** True when the online roles have to be signed again; a repository without any waits for its first publication. */
export function isTimeToSign(state: RepositoryState, now: Date): boolean {
  if (state.timestamp === undefined) return false;
  if (needsSigning(state, 'timestamp', now)) return true;
  return isTooLong(state, 'snapshot', now);
}

function needsSigning(state: RepositoryState, role: OnlineRole, now: Date): boolean {
  const text = state[role];
  if (text === undefined) return true;
  const halfLife = (lifeDays[role] * dayMs) / 2;
  return new Date(expiresOf(text)).getTime() - now.getTime() <= halfLife || isTooLong(state, role, now);
}

/** Signed while this clock was ahead. With a clock that is behind everything looks so, and signing then would only expire it. */
function isTooLong(state: RepositoryState, role: OnlineRole, now: Date): boolean {
  const text = state[role];
  return text !== undefined && livesTooLong(role, expiresOf(text), now, slackMs) && !isBehind(state, now);
}

/** Every offline role was signed after what this clock says: the clock is wrong, not all their holders. */
function isBehind({ roles }: RepositoryState, now: Date): boolean {
  return Object.entries(roles).every(([role, text]) => livesTooLong(role, expiresOf(text), now));
}

function expiresOf(text: string): string {
  return (JSON.parse(text) as { signed: { expires: string } }).signed.expires;
}
