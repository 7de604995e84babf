import { type Static, Type } from 'typebox';
import type { Holder } from '../../protocol/lock/lock-value.ts';
import type { Verdict } from '../../protocol/lock/semaphore.ts';

/** Where this host asks for its place in the lock, by today's configuration. */
export const Place = Type.Object({
  kind: Type.Enum(['etcd', 'none']),
  endpoints: Type.Array(Type.String()),
  group: Type.String(),
  /** This host's name in the lock. */
  host: Type.String(),
});
export type Place = Static<typeof Place>;

/** A place held in the lock, or asked for; it says where, so that it is given back there. */
export const Hold = Type.Object({
  ...Place.properties,
  /** Hex id of the etcd cluster; empty until it has answered. */
  clusterId: Type.String(),
  /** Boot id under which the place was taken. */
  boot: Type.String(),
  nonce: Type.String(),
});
export type Hold = Static<typeof Hold>;

/** A place that a read of the lock showed under this host's id. */
export const Standing = Type.Object({
  group: Type.String(),
  host: Type.String(),
  boot: Type.String(),
  since: Type.String(),
  endpoints: Type.Array(Type.String()),
});
export type Standing = Static<typeof Standing>;

/** Why a place cannot be had now. */
export type WaitReason = 'full' | 'failure_stop' | 'rewound' | 'foreign_hold' | 'quorum' | 'unreachable';

/** The outcome of asking for a place; after `unknown` it may be held. */
export type AcquireAnswer =
  | { kind: 'held'; hold: Hold; revision: string }
  | { kind: 'wait'; reason: WaitReason; holders: Holder[]; problem: string }
  | { kind: 'unknown'; problem: string };

/** The outcome of giving a place back; after `unknown` it may still be held. */
export type ReleaseAnswer = { kind: 'released'; revision: string } | { kind: 'unknown'; problem: string };

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
  /** Throws `lock_unset` when no lock is configured. */
  place(): Place;
  /** Whether a place stands under this host's id: for a host that lost its memory; it is shown and decides nothing. */
  standing(place: Place): Promise<Standing | null>;
  /** Takes the place, or confirms it: each call writes the attempt's nonce by a transaction. Throws only when nothing was changed. */
  acquire(attempt: Hold, rootHash: string, self: LockSelf): Promise<AcquireAnswer>;
  /** After a new, healthy boot: gives the place back and records the verdict, if any, in the same swap. */
  release(hold: Hold, rootHash: string, self: LockSelf, verdict: Verdict | null): Promise<ReleaseAnswer>;
  /** Gives the place back without a reboot; only legal while `rebooting` was never recorded. */
  cancel(hold: Hold, self: LockSelf): Promise<ReleaseAnswer>;
}
