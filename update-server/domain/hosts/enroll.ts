import type { Enrollment } from '../../../protocol/api/operator.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';

/** Hosts that may wait for approval: anybody who reaches the server can add one. */
export const maxUnapproved = 1000;

/** What a host becomes known by. Secrets arrive here as SHA-256 only. */
export interface NewHost {
  id: string;
  credentialHash: string;
  machineId: string;
  hostname: string;
  name: string;
  arch: Arch;
  enrolled: string;
  approved: boolean;
  /** SHA-256 of the secret that the host made for its enrollment; missing for earlier agents. */
  keyHash?: string | undefined;
  /** Nobody vouches for it: only a host that is known by its key already may come in. */
  knownOnly?: boolean;
}

/** The host's id, new or as it was; or why it is not let in: for want of a token, or because too many wait. */
export type Enrolled = { id: string } | { none: 'unknown' | 'closed' | 'full' };

/** What a store reads before it lets a host in. */
export interface EnrollFacts {
  /** The record made with the same key on the same machine. */
  same: { id: string; approved: boolean } | undefined;
  enrollment: Enrollment;
  /** Hosts that wait for approval. */
  waiting: number;
}

/** Whether a host keeps its record, gets one, or is refused; `audited`: only what somebody vouches for may make the log grow. */
export type EnrollDecision =
  | { renews: string; audited: boolean }
  | { id: string; audited: boolean }
  | Extract<Enrolled, { none: string }>;

/** Decides whether a host is let in. */
export function enroll(
  { same, enrollment, waiting }: EnrollFacts,
  { id, approved, knownOnly = false }: Pick<NewHost, 'id' | 'approved' | 'knownOnly'>,
): EnrollDecision {
  if (same) return { renews: same.id, audited: approved && !same.approved };
  if (knownOnly) return { none: 'unknown' };
  if (!approved && enrollment === 'token') return { none: 'closed' };
  if (!approved && waiting >= maxUnapproved) return { none: 'full' };
  return { id, audited: approved };
}
