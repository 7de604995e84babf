import type { OnlineKeys } from '../domain/tuf/online-keys.ts';
import { isTimeToSign, renewOnline } from '../domain/tuf/renew-online.ts';
import type { Store } from '../store/interface/store.ts';
import { commitSigned } from './commit-signed.ts';

/** What renews the online roles. */
export interface RenewNeeds {
  store: Store;
  onlineKeys: OnlineKeys | undefined;
  now(): Date;
}

/** Signs the timestamp again once half of its life is over, or when it or the snapshot lives too long. True when it did. */
export async function renewWhenDue({ store, onlineKeys, now }: RenewNeeds): Promise<boolean> {
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
