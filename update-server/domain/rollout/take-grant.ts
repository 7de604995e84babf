import type { NoneReason } from '../../../protocol/api/check-in.ts';
import { dayMs } from '../../../protocol/time/durations.ts';
import { closedBy } from './admit.ts';
import { endAll, type GrantEnd, type OpenGrant } from './grant-end.ts';
import type { Rollout } from './rollout.ts';

/** How long a grant is good in time watched over. */
export const lapseMs = dayMs;

/** What one host is allowed: to install one release. */
export interface Grant {
  id: string;
  version: string;
  release: string;
  expires: string;
}

/** A grant that is asked for, and what it counts against. */
export interface RequestedGrant extends Grant {
  rollout: string;
  canary: boolean;
  /** Hosts that may be under way at once. */
  limit: number;
  /** Root hash of what the host runs. */
  from?: string;
}

/** What a store reads before it grants anything. */
export interface GrantFacts {
  host: { held: boolean; cloned: boolean; approved: boolean } | undefined;
  rollout: Rollout | undefined;
  /** The host's open grants. */
  open: readonly (OpenGrant & { release: string })[];
}

/** Why a host gets no grant, which of its open ones is renewed, or that it gets the one it asked for. `ends` are written in any case. */
export type GrantDecision = { ends: GrantEnd[] } & (
  | { none: NoneReason }
  | { renews: OpenGrant }
  | { counted: boolean }
);

/** Decides again inside the transaction that counts the grant, by what is true there. */
export function takeGrant(
  { host, rollout, open }: GrantFacts,
  { release, limit }: Pick<RequestedGrant, 'release' | 'limit'>,
  now: string,
): GrantDecision {
  if (!host || host.held) return { none: 'held', ends: [] };
  if (host.cloned) return { none: 'cloned', ends: [] };
  const closed = rollout ? closedBy(rollout) : 'no_rollout';
  if (closed || !rollout) return { none: closed ?? 'no_rollout', ends: [] };
  const same = open.find((grant) => grant.release === release && grant.rollout === rollout.id);
  if (same) return { renews: same, ends: [] };
  // a host that gets another grant has left its older ones
  const ends = endAll(open, 'lapsed', now);
  const left = ends.filter(({ counts }) => counts?.rollout === rollout.id);
  const inFlight = left.reduce((sum, { counts }) => sum + counts!.change.inFlight, rollout.counts.inFlight);
  if (host.approved && inFlight >= limit) return { none: 'in_flight_limit', ends };
  return { counted: host.approved, ends };
}
