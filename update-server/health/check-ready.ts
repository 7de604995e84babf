import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { OnlineKeys } from '../domain/tuf/online-keys.ts';
import { signTimestamp } from '../domain/tuf/sign-online.ts';
import { expiryOf } from '../publish/renew.ts';
import type { Store } from '../store/interface/store.ts';

/** What must work for the server to be ready. */
export interface Checked {
  store: Store;
  onlineKeys: OnlineKeys | undefined;
  now(): Date;
}

/** Throws `server_unready` unless the server can write, sign, and show a timestamp that hosts accept. */
export async function checkReady({ store, onlineKeys, now }: Checked): Promise<void> {
  const unready = (problem: string, cause?: unknown) =>
    new InterlockError('server_unready', { problem }, { cause });
  const time = now();
  try {
    await store.ping(time.toISOString());
  } catch (error) {
    throw unready(`the database cannot be written: ${asInterlockError(error).message}`, error);
  }
  if (!onlineKeys) throw unready('no online keys; start once with --online-keys');
  const { state } = await store.repository();
  if (state.timestamp === undefined) return;
  try {
    signTimestamp(state, onlineKeys, time);
  } catch (error) {
    throw unready('the online keys are not the ones that root names', error);
  }
  if (expiryOf(state.timestamp) < time) throw unready('the timestamp has expired');
}
