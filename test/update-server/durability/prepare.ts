import { createToken } from '../../../update-server/auth/create-token.ts';
import { rolloutsOf } from '../../../update-server/domain/rollout/start.ts';
import { openSqliteStore } from '../../../update-server/store/sqlite/store.ts';

const release = 'd'.repeat(64);

/** Makes a data folder whose channel offers 2.0 to everybody; gives a join token. */
export async function prepareData(dataDir: string, inFlight = 1_000_000): Promise<string> {
  const store = openSqliteStore(dataDir);
  const now = new Date();
  const { revision, state } = await store.repository();
  const head = { version: '2.0', releases: { 'x86-64': release } };
  const lists = { floors: [], minimum: null, blocked: [], withdrawn: [] };
  const channel = { format: 1 as const, name: 'tiny', channel: 'alpha', serial: 1, head, ...lists };
  const nothing = { state, files: {}, targets: {}, releases: [], basedOn: revision };
  await store.publish({ ...nothing, channels: [channel] }, now.toISOString());
  const text = { in_flight: inFlight, max_failures: 1_000_000 };
  const audit = {
    at: now.toISOString(),
    who: 'test',
    action: 'start rollout',
    subject: { kind: 'image', id: '' } as const,
    detail: '',
  };
  await store.startRollouts(rolloutsOf(channel, { name: 'test', text }, now.toISOString()), audit);
  const { token } = await createToken(store, { role: 'join', name: 'join', who: 'test', now });
  await createToken(store, { role: 'admin', name: 'admin', who: 'test', now });
  await store.close();
  return token;
}
