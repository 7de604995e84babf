import type { Retry } from '../../protocol/errors/table/row.ts';
import type { TroubleCode } from '../../protocol/errors/trouble-codes.ts';
import type { Verdict } from '../../protocol/lock/semaphore.ts';
import type { Running } from '../ports/host.ts';
import type { AcquireAnswer, Hold, Place, ReleaseAnswer, Standing } from '../ports/lock.ts';
import type { Task } from '../ports/tasks.ts';
import type { Goal, Target } from '../ports/trust.ts';

/** What the agent does in the world; each is idempotent and answered by one event. */
export type Effect =
  | { kind: 'look' }
  | { kind: 'write'; target: Target }
  | { kind: 'draw' }
  | { kind: 'acquire'; attempt: Hold; rootHash: string }
  | { kind: 'hooks'; when: 'pre-reboot' | 'post-confirm' }
  | { kind: 'flip'; target: Target }
  | { kind: 'flipBack' }
  /** `any`: a flip may have been made and not recorded. */
  | { kind: 'unflip'; generation: number | 'any' }
  | { kind: 'reboot' }
  | { kind: 'health' }
  | { kind: 'markGood'; generation: number }
  | { kind: 'markBad'; generation: number }
  | { kind: 'release'; hold: Hold; rootHash: string; verdict: Verdict | null }
  | { kind: 'cancel'; hold: Hold }
  | { kind: 'task'; task: Task; id: string };

/** What looking for an update found. */
export type Found =
  | { target: Target; expires: string | null }
  | { none: string; problem: string }
  | { code: string; problem: string; isServer?: true };

/** What happened; `time` is the only clock that the state machine knows. */
export type Event = { time: string } & (
  | {
      kind: 'started';
      running: Running;
      /** The booted entry's generation, and whether it boots without counting. */
      generation: number;
      blessed: boolean;
      /** Generations that have a whole entry, spent ones too. */
      generations: readonly number[];
      retrySeconds: number;
    }
  /** `standing`: what the lock showed, when it was asked. */
  | { kind: 'looked'; found: Found; pollSeconds: number; standing?: Standing | null; unapproved?: true }
  /** A host that waits in the middle of an update has checked in. */
  | { kind: 'checkedIn'; pollSeconds: number }
  | { kind: 'wrote'; detail?: string }
  | { kind: 'drew'; nonce: string; place: Place }
  | { kind: 'acquired'; nonce: string; answer: AcquireAnswer }
  | { kind: 'hooked' }
  | { kind: 'flipped'; generation: number }
  | { kind: 'unflipped' }
  | { kind: 'healthy' }
  | { kind: 'unhealthy'; check: string; problem: string }
  | { kind: 'markedGood' }
  | { kind: 'markedBad' }
  | { kind: 'released'; answer: ReleaseAnswer }
  /** The effect threw; nothing is known to have changed. */
  | { kind: 'failed'; code: string; problem: string; retry: Retry }
  /** This host's own windows are closed, before a step that leads to its reboot. `next`: when one opens, if that is known. */
  | { kind: 'closed'; next: string | null; reason: string; code?: TroubleCode }
  /** A task has ended, and that is recorded. */
  | { kind: 'ended'; ok: boolean; problem: string }
  /** A task was cut off, and what it left behind is not known. */
  | { kind: 'lost'; problem: string }
  | { kind: 'reported'; ids: string[] }
  /** Orders of the host's operator. */
  | { kind: 'check' }
  /** Download and write, and then wait: until then, or for another order. */
  | { kind: 'stage'; until: string | null }
  /** Go on with what was staged; `anyTime`: whatever the windows say. */
  | { kind: 'proceed'; anyTime: boolean }
  /** `target` null: back to the other slot as it is. `isRollback`: the running version is not to be installed again by itself. */
  | { kind: 'order'; goal: Goal; target: Target | null; isRollback: boolean }
  /** Maintenance, while a place is held. */
  | { kind: 'maintain'; task: Task }
  | { kind: 'retry'; version: string }
  | { kind: 'confirm' }
  /** By an operator, unless a reason says otherwise. */
  | { kind: 'cancel'; reason?: string }
  /** What was lost was seen. */
  | { kind: 'noted' }
  /** A restored etcd is trusted again; `place`: look for what is held where the lock is configured now. */
  | { kind: 'acknowledge'; place: Place | null }
);

/** One kind of event. */
export type EventOf<K extends Event['kind']> = Extract<Event, { kind: K }>;

/** An event before the clock was read. */
export type EventBody = Event extends infer E ? (E extends Event ? Omit<E, 'time'> : never) : never;
