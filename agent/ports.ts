import type { CheckIn, CheckInAnswer, Report } from '../protocol/check-in.ts';
import type { Holder } from '../protocol/lock-value.ts';
import type { Release } from '../protocol/release.ts';
import type { Arch } from '../protocol/schema.ts';
import type { Verdict } from '../protocol/semaphore.ts';

export type SlotName = 'a' | 'b';

/** What this host runs right now, learned from the kernel and never from a label. */
export interface Running {
  bootId: string;
  slot: SlotName;
  /** Hex root hash of the mounted root. */
  rootHash: string;
  name: string;
  version: string;
  arch: Arch;
}

/** An accepted offer: everything in it was named by signed metadata. */
export interface Target {
  version: string;
  rootHash: string;
  /** Hex SHA-256 of `release.json`. */
  releaseSha256: string;
  release: Release;
  /** The server's grant, or null when an operator ordered it here. */
  grant: string | null;
}

/** The machine under the agent: a real host, or a file-backed one that a supervisor boots. */
export interface MachinePort {
  running(): Promise<Running>;
  /** Reads the whole running root once; a bit that flipped must be met now, while the boot is still counted. */
  readRoot(signal: AbortSignal): Promise<void>;
  /** Asks for a reboot; on a file-backed host the process exits and the supervisor does the rest. */
  reboot(): Promise<void>;
}

/** Tells how far the slow work is; `total` in bytes. */
export type OnProgress = (step: 'download' | 'verify', done: number, total: number) => void;

/** The inactive slot: its partitions and its kernel image on the ESP. */
export interface SlotPort {
  /**
   * Downloads, writes and reads back until the inactive slot holds the target, whole; resumes what is there. `onRefused`
   * hears of a payload that was no good although the next one was: the server should know.
   */
  write(
    target: Target,
    running: Running,
    onProgress: OnProgress,
    signal: AbortSignal,
    onRefused?: (problem: string) => void,
  ): Promise<void>;
}

/** The boot pointer; every call is idempotent and durable when it returns. */
export interface LoaderPort {
  /** Repairs what a power cut can leave on the ESP; what was marked good is remembered there. */
  tidy(running: Running): Promise<void>;
  /** Points the next boots at the inactive slot, with a limited number of tries. Returns the entry's generation. */
  flip(target: Target, running: Running): Promise<number>;
  /** Takes a flip back before the reboot; `any`: whichever was made since the running slot booted. */
  unflip(generation: number | 'any'): Promise<void>;
  /** Marks the booted entry good: no counter any more. */
  markGood(generation: number): Promise<void>;
  /** Marks an entry bad: the next boot takes the other one. */
  markBad(generation: number): Promise<void>;
  /** Points at the other slot as it is, if it was marked good and is whole: the local operator's rollback. */
  flipBack(running: Running): Promise<number>;
  /** What lies on the ESP, in the order systemd-boot tries it. */
  entries(): Promise<LoaderEntry[]>;
}

export interface LoaderEntry {
  generation: number;
  slot: SlotName;
  /** First 16 hex digits of the slot's root hash, from the UKI's name. */
  rootHashPrefix: string;
  title: string;
  /** null: blessed, boots without counting. */
  triesLeft: number | null;
  triesDone: number;
}

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

/** Signed metadata: turns an offer into a target, or throws why it is refused. */
export interface TrustPort {
  accept(
    offered: { version: string; grant: string | null },
    running: Running,
    order: 'server' | 'operator',
  ): Promise<Target>;
}

export interface ServerPort {
  checkIn(body: Omit<CheckIn, 'channel' | 'group'>): Promise<CheckInAnswer>;
  report(reports: Report[]): Promise<void>;
}

/** Runs the operator's scripts, each with a time limit. */
export interface ScriptsPort {
  health(): Promise<{ ok: true } | { ok: false; check: string; problem: string }>;
  hooks(kind: 'pre-reboot' | 'post-confirm'): Promise<void>;
}

export interface ClockPort {
  now(): Date;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** 32 hex digits. */
  nonce(): string;
}
