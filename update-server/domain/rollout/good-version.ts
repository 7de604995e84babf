import type { Channel } from '../../../protocol/documents/channel.ts';
import type { Rollout } from './rollout.ts';

/** What of an earlier rollout says whether its release is a good one to go back to. */
type Earlier = Pick<Rollout, 'arch' | 'version' | 'created' | 'counts'>;

/**
 * The version that hosts go back to when a rollout turns out bad: that of the last earlier rollout that more hosts confirmed
 * than failed, or else what most of the hosts run that are not on its release. Null when there is none.
 */
export function goodVersion(
  { arch, version, created }: Pick<Rollout, 'arch' | 'version' | 'created'>,
  newestFirst: readonly Earlier[],
  mostRun: string | null,
  channel: Pick<Channel, 'blocked' | 'withdrawn'> | undefined,
): string | null {
  const refused = [...(channel?.blocked ?? []), ...(channel?.withdrawn ?? [])].map((entry) => entry.version);
  const unfit = new Set([version, ...refused]);
  const earlier = newestFirst.find(
    (other) =>
      other.arch === arch &&
      other.created < created &&
      other.counts.confirmed > other.counts.failed &&
      !unfit.has(other.version),
  );
  return earlier?.version ?? (mostRun !== null && !unfit.has(mostRun) ? mostRun : null);
}
