import { type Channel, nextHop } from '../../protocol/channel.ts';
import type { NoneReason } from '../../protocol/check-in.ts';
import type { Arch } from '../../protocol/schema.ts';

/** What a decision about a host rests on. */
export interface HostFacts {
  running: string;
  arch: Arch;
  /** Versions that failed there. */
  failed: readonly string[];
  held: boolean;
  cloned: boolean;
}

/** Leave to install one release until `expires` (RFC 3339), or the reason for none. */
export type Decision =
  | { offer: { version: string; release: string; expires: string } }
  | { none: NoneReason };

/** How long a grant is good; a host that asks again has it renewed. */
export const grantHours = 24;

/**
 * Where a host goes next. It only refuses: an offer becomes a grant in a transaction that looks again, and the
 * host takes it only if the signed channel document says the same.
 */
export function decide(host: HostFacts, channel: Channel | undefined, now: Date): Decision {
  if (host.cloned) return { none: 'cloned' };
  if (!channel) return { none: 'no_such_channel' };
  const hop = nextHop(channel, host.running, host.arch);
  if ('none' in hop) return hop;
  const { version, sha256: release } = hop.to;
  if (host.failed.includes(version)) return { none: 'failed_here' };
  if (host.held) return { none: 'held' };
  const expires = new Date(now.getTime() + grantHours * 3_600_000).toISOString();
  return { offer: { version, release, expires } };
}
