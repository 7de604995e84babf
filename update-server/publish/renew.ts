import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import { isTimeToSign, renewOnline } from '../domain/tuf/renew-online.ts';
import { expiryWarnings } from '../domain/tuf/role-lives.ts';
import type { Ports } from '../routing/ports.ts';
import { commitSigned } from './commit-signed.ts';

/** How often the server looks whether the timestamp needs signing. */
const lookMs = 5 * 60_000;

/** Signs the timestamp again once half of its life is over, or when it or the snapshot lives too long. True when it did. */
export async function renewWhenDue({ store, onlineKeys, now }: Ports): Promise<boolean> {
  const { state } = await store.repository();
  if (!onlineKeys || state.timestamp === undefined) return false;
  const time = now();
  if (!isTimeToSign(state, time)) return false;
  await commitSigned(store, time, async (present) => ({
    ...renewOnline(present, onlineKeys, time),
    targets: {},
    releases: [],
    channels: [],
  }));
  return true;
}

/** When signed metadata expires. */
export function expiryOf(text: string): Date {
  const metadata = JSON.parse(text) as { signed: { expires: string } };
  return new Date(metadata.signed.expires);
}

/** Keeps the online roles signed; `tell` hears why signing fails, and it is tried again. Returns how to stop. */
export function keepSigned(ports: Ports, tell: (problem: string) => void): () => void {
  const look = () => void renewWhenDue(ports).catch((error) => tell(asInterlockError(error).message));
  look();
  const timer = setInterval(look, lookMs);
  return () => clearInterval(timer);
}

/** How often people are reminded of what only they can sign again. */
const remindMs = 6 * 3_600_000;

/** Tells, now and every few hours, which roles expire soon; offline ones are signed by nobody but people. Returns how to stop. */
export function keepWarning({ store, now }: Ports, tell: (warning: string) => void): () => void {
  const look = async () => {
    const { state } = await store.repository();
    for (const warning of expiryWarnings(state, now())) tell(warning);
  };
  const tryLook = () => void look().catch((error) => tell(asInterlockError(error).message));
  tryLook();
  const timer = setInterval(tryLook, remindMs);
  return () => clearInterval(timer);
}
