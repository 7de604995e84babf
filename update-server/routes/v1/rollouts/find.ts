import type { Channel } from '../../../../protocol/documents/channel.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { whatThereIs } from '../../../../protocol/text/suggest.ts';
import type { Rollout } from '../../../domain/rollout/rollout.ts';
import type { Store } from '../../../store/interface/store.ts';

/** What the routes of rollouts need. */
export interface Needs {
  store: Store;
  now(): Date;
}

/** Finds a rollout. Throws `not_found`. */
export async function findRollout(store: Store, id: string): Promise<Rollout> {
  return (await store.rollout(id)) ?? missing(id);
}

/** Finds the published channel that a rollout would follow. Throws `not_found`. */
export async function findChannel(
  store: Store,
  { name, channel }: { name: string; channel: string },
): Promise<Channel> {
  const found = await store.channel(name, channel);
  if (found) return found;
  const all = await store.channels();
  const own = all.filter((other) => other.name === name).map((other) => other.channel);
  const known =
    own.length > 0
      ? whatThereIs(channel, own)
      : whatThereIs(name, [...new Set(all.map((other) => other.name))]);
  throw new InterlockError('not_found', { what: `channel ${channel} of ${name}`, known });
}

/** Throws `not_found` for a rollout. */
export function missing(id: string): never {
  throw new InterlockError('not_found', { what: `rollout ${id}` });
}
