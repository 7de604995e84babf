import { activeMs, type Rollout } from '../../domain/rollout/rollout.ts';

/** Where a rollout goes: hosts of its channel and architecture. */
export type RolloutPlace = Pick<Rollout, 'name' | 'channel' | 'arch'>;

/** Values that a statement's parameters take. */
export type Parameters = Record<string, string | number>;

/** The condition of a statement about those hosts that were seen lately; `parametersOf` gives its values. */
export const isOfRollout = 'name = @name AND channel = @channel AND arch = @arch AND seen_ms >= @since';

/** The values of that condition; `watchedMs`: the time watched over until now. */
export function parametersOf({ name, channel, arch }: RolloutPlace, watchedMs: number): Parameters {
  return { name, channel, arch, since: watchedMs - activeMs };
}
