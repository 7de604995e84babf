import type { Holder } from '../../protocol/lock/lock-value.ts';
import type { Verdict } from '../../protocol/lock/semaphore.ts';

/** Where a place is to be had, by today's configuration. */
export interface Place {
  kind: 'etcd' | 'none';
  endpoints: string[];
  group: string;
  /** This host's name in the lock. */
  host: string;
}

/** A place held in the lock, or tried for; it says where, so that release goes to the same place. */
export interface Hold extends Place {
  /** Hex id of the etcd cluster; empty until it has answered. */
  clusterId: string;
  /** Boot id under which the place was taken. */
  boot: string;
  nonce: string;
}

/** A place that the lock has under this host's id, as a read showed it. */
export interface Standing {
  group: string;
  host: string;
  boot: string;
  since: string;
  endpoints: string[];
}

export type WaitReason = 'full' | 'brake' | 'rewound' | 'foreign_hold' | 'quorum' | 'unreachable';

export type AcquireAnswer =
  | { result: 'held'; hold: Hold; revision: string }
  | { result: 'wait'; reason: WaitReason; holders: Holder[]; problem: string }
  | { result: 'unknown'; problem: string };

export type ReleaseAnswer = { result: 'released'; revision: string } | { result: 'unknown'; problem: string };

/** What this host knows about itself: it recognises its own place, and an etcd that went back in time. */
export interface LockSelf {
  /** Present boot id. */
  boot: string;
  /** Every boot id this host is known to have had, the present one included. */
  boots: readonly string[];
  /** Highest revision seen, by cluster id. */
  seen: Readonly<Record<string, string>>;
}

/** The group's places. */
export interface LockPort {
  /** Throws `lock_unset` when nobody said which lock. */
  place(): Place;
  /** Whether a place stands under this host's id: for a host that lost its memory, to tell of and never to decide by. */
  standing(place: Place): Promise<Standing | null>;
  /** Takes the place, or confirms it: each call writes the attempt's nonce by a transaction. Throws only when nothing was changed. */
  acquire(attempt: Hold, rootHash: string, self: LockSelf): Promise<AcquireAnswer>;
  /** After a new, healthy boot: gives the place back and records the verdict, if any, in the same swap. */
  release(hold: Hold, rootHash: string, self: LockSelf, verdict: Verdict | null): Promise<ReleaseAnswer>;
  /** Gives the place back without a reboot; only legal while `rebooting` was never recorded. */
  cancel(hold: Hold, self: LockSelf): Promise<ReleaseAnswer>;
}
