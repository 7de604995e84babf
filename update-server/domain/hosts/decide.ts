import type { NoneReason } from '../../../protocol/api/check-in.ts';
import { type Channel, type Named, nextHop } from '../../../protocol/documents/channel.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { hourMs } from '../../../protocol/time/durations.ts';
import { type Candidate, refusal } from '../rollout/admit.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** What a decision about a host rests on. */
export interface HostFacts {
  running: string;
  arch: Arch;
  /** Versions that failed there. */
  failed: readonly string[];
  /** Versions that an operator gave up there. */
  cancelled: readonly string[];
  held: boolean;
  pinned: string | null;
  cloned: boolean;
}

/** A release to install until `expires` (RFC 3339), or the reason for none. */
export type Decision =
  | { offer: { version: string; release: string; expires: string } }
  | { none: NoneReason };

/** How long a grant is good; a host that asks again has it renewed. */
export const grantHours = 24;

/** Where a host would go next, whatever the rollout says; most hosts are where they should be and end here. */
export function goalOf(
  host: HostFacts,
  channel: Channel | undefined,
): { to: Named & { sha256: string } } | { none: NoneReason } {
  if (host.cloned) return { none: 'cloned' };
  if (!channel) return { none: 'no_such_channel' };
  const hop = nextHop(channel, host.running, host.arch);
  if ('none' in hop) return hop;
  const { version } = hop.to;
  if (host.failed.includes(version)) return { none: 'failed_here' };
  if (host.cancelled.includes(version)) return { none: 'cancelled_here' };
  if (host.held) return { none: 'held' };
  return host.pinned && host.pinned !== version ? { none: 'pinned' } : hop;
}

/**
 * Whether a host goes there now. It only refuses: an offer becomes a grant in a transaction that looks again, and
 * the host takes it only if the signed channel document says the same. A floor on the way is a grant of the head's rollout.
 */
export function decide(
  goal: Named & { sha256: string },
  rollout: Rollout | undefined,
  host: Candidate,
  now: Date,
): Decision {
  const none = refusal(rollout, host, now);
  if (none) return { none };
  const expires = new Date(now.getTime() + grantHours * hourMs).toISOString();
  return { offer: { version: goal.version, release: goal.sha256, expires } };
}
