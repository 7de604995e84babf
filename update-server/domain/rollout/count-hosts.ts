import type { HostRefusal } from '../../../protocol/api/rollout.ts';
import { type Channel, nextHop } from '../../../protocol/documents/channel.ts';
import type { Rollout } from './rollout.ts';

/** What of a host decides whether a rollout still waits for it. */
export interface StandFacts {
  version: string;
  failed: readonly string[];
  cancelled: readonly string[];
  held: boolean;
  pinned: string | null;
  cloned: boolean;
  approved: boolean;
  /** Its last contact is so long ago that the rollout does not wait for it. */
  away: boolean;
}

/** Where a rollout's own hosts stand: `coming` may still get there, the others cannot. */
export interface RolloutHosts {
  on: number;
  coming: number;
  unable: ReadonlyMap<HostRefusal, number>;
}

/** Where one host stands towards a rollout. */
export function standOf(
  host: StandFacts,
  { version, arch }: Pick<Rollout, 'version' | 'arch'>,
  channel: Channel | undefined,
): 'on' | 'coming' | HostRefusal {
  if (host.version === version) return 'on';
  if (!host.approved) return 'unapproved';
  if (host.cloned) return 'cloned';
  if (host.held) return 'held';
  const hop = channel && nextHop(channel, host.version, arch);
  const goal = hop && 'to' in hop ? hop.to.version : version;
  if (host.failed.includes(goal)) return 'failed_here';
  if (host.cancelled.includes(goal)) return 'cancelled_here';
  if (host.pinned && host.pinned !== goal) return 'pinned';
  if (host.away) return 'silent';
  return hop && 'none' in hop && hop.none !== 'up_to_date' ? hop.none : 'coming';
}

/** Sums up where many stand. */
export function sumUp(stands: Iterable<['on' | 'coming' | HostRefusal, number]>): RolloutHosts {
  const unable = new Map<HostRefusal, number>();
  const sum = { on: 0, coming: 0 };
  for (const [stand, hosts] of stands) {
    if (stand === 'on' || stand === 'coming') sum[stand] += hosts;
    else unable.set(stand, (unable.get(stand) ?? 0) + hosts);
  }
  return { ...sum, unable };
}
