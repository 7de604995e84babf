import type { Rollout } from '../../domain/rollout/rollout.ts';
import type { RolloutPlace } from './hosts-of-rollout.ts';
import type { WatchClock } from './watch-clock.ts';

/** A count of so many hosts is good for a second: a million are not counted anew each time that something is due. */
const countedEachSecond = 1000;
const kept = 1000;

/** Keeps a result for a second for each thousand hosts that it counted; `count` returns both. */
export function countSeldom<R extends RolloutPlace & Partial<Pick<Rollout, 'id'>>, T>(
  watch: WatchClock,
  count: (of: R) => readonly [T, number],
): (of: R) => T {
  const known = new Map<string, { result: T; untilMs: number }>();
  return (of) => {
    const key = JSON.stringify([of.name, of.channel, of.arch, of.id ?? '']);
    const { ms } = watch.now();
    const found = known.get(key);
    if (found && ms < found.untilMs) return found.result;
    const [result, counted] = count(of);
    if (known.size > kept) known.clear();
    known.set(key, { result, untilMs: ms + Math.floor(counted / countedEachSecond) * 1000 });
    return result;
  };
}
