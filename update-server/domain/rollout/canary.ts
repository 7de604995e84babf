import type { Rollout } from './rollout.ts';

/** A canary host that has not confirmed. */
export interface MissingHost {
  id: string;
  hostname: string;
  lastSeen: string | null;
  /** A younger record of the same machine or name. */
  replacedBy: string | null;
}

/** What the canary hosts have done with a release. */
export interface CanaryFacts {
  /** Canary hosts seen lately that may take it: neither held nor pinned elsewhere. */
  active: number;
  /** Those among them that run the release, confirmed. */
  confirmed: number;
  /** When the last of them confirmed it, in time watched over; null when none did. */
  lastMs: number | null;
  /** Those that did not. */
  missing: readonly MissingHost[];
}

/** What of a host in the canary group decides whether its rollout waits for it. */
export interface CanaryHost {
  approved: boolean;
  held: boolean;
  cloned: boolean;
  pinned: string | null;
}

/** Hosts of the canary group that are alike. */
export interface CanaryCount extends CanaryHost {
  version: string | null;
  hosts: number;
  /** When the last of them confirmed the release, in time watched over; null when they do not run it. */
  lastMs: number | null;
}

/** Whether a host of the canary group may take the release; the rollout waits for no other. */
export function mayTake(
  { approved, held, cloned, pinned }: CanaryHost,
  { version }: Pick<Rollout, 'version'>,
): boolean {
  return approved && !held && !cloned && (pinned === null || pinned === version);
}

/** Sums up what the hosts of the canary group have done. */
export function sumUpCanary(
  counts: readonly CanaryCount[],
  rollout: Pick<Rollout, 'version'>,
): Omit<CanaryFacts, 'missing'> {
  const able = counts.filter((count) => mayTake(count, rollout));
  const confirmed = able.filter(({ version }) => version === rollout.version);
  const last = confirmed.flatMap(({ lastMs }) => lastMs ?? []);
  return {
    active: total(able),
    confirmed: total(confirmed),
    lastMs: last.length > 0 ? Math.max(...last) : null,
  };
}

function total(counts: readonly CanaryCount[]): number {
  return counts.reduce((sum, { hosts }) => sum + hosts, 0);
}
