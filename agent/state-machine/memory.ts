import type { Report } from '../../protocol/api/check-in.ts';
import type { Running, SlotName } from '../ports/host.ts';
import type { Hold, Standing } from '../ports/lock.ts';
import type { Target } from '../ports/trust.ts';

/** Which version an update leads to. */
export type Goal = Pick<Target, 'version' | 'rootHash' | 'grant'>;

/** How to get there. `target` null: flip back to the other slot as it is. */
export interface Plan {
  goal: Goal;
  target: Target | null;
  /** End of the server's grant; null for an operator's order. */
  expires: string | null;
}

/** A reached fact of an update's journey, with what the next step needs. */
export type Phase =
  | { at: 'idle' }
  /** Signed metadata named the target. */
  | { at: 'offered'; plan: Plan & { target: Target } }
  /** The inactive slot holds the target, whole. `fresh`: the server has been asked again since. */
  | { at: 'written'; plan: Plan; fresh: boolean }
  /** A place may be held. `drawn`: the nonce was not used yet; `maybe`: an earlier attempt may have succeeded. */
  | { at: 'acquiring'; plan: Plan; attempt: Hold; drawn: boolean; maybe: boolean }
  /** A place is held. `drained`: the pre-reboot hooks have run. */
  | { at: 'locked'; plan: Plan; hold: Hold; drained: boolean }
  /** The boot pointer names the target. `attempt`: the re-confirmation under way. */
  | { at: 'flipped'; goal: Goal; hold: Hold; generation: number; attempt: Hold | null }
  /** From here on only a new, healthy boot gives the place back. `confirmed`: by a transaction of this run. */
  | {
      at: 'rebooting';
      goal: Goal;
      hold: Hold;
      generation: number;
      attempt: Hold | null;
      confirmed: boolean;
    }
  /** The target runs, on trial. */
  | { at: 'trying'; goal: Goal; hold: Hold; generation: number; healthy: boolean }
  /** The target runs and is marked good. */
  | { at: 'confirmed'; goal: Goal; hold: Hold }
  /** The target runs and failed its health checks. */
  | { at: 'condemned'; goal: Goal; hold: Hold; generation: number; reason: string; marked: boolean }
  /** The old slot runs again. `generation`: the entry to take back. `failed`: whether the version is to blame. */
  | {
      at: 'fellBack';
      goal: Goal;
      hold: Hold;
      generation: number | null;
      reason: string;
      failed: boolean;
    }
  /** The old slot runs again and is healthy. */
  | { at: 'healed'; goal: Goal; hold: Hold; reason: string; failed: boolean }
  /**
   * Given up before the reboot. `generation`: a flip to take back first; `any`: one that may not be recorded.
   * `drained`: pre-reboot hooks may have run, so those for a host that is back come before the place goes.
   */
  | {
      at: 'cancelling';
      goal: Goal;
      hold: Hold;
      generation: number | 'any' | null;
      drained?: boolean;
      reason: string;
    }
  /** Confirmed, and the place is given back. */
  | { at: 'finished'; goal: Goal };

/** How the last look for an update ended, in the server's or the signed metadata's words. */
interface Look {
  at: string;
  /** Version offered, or null. */
  offered: string | null;
  /** A none reason, an error code, or empty. */
  reason: string;
  problem: string;
}

/** Everything the agent remembers; one JSON file. Times are RFC 3339 in UTC. */
export interface Memory {
  format: 1;
  phase: Phase;
  since: string;
  running: Running | null;
  /** Boot ids this host had, oldest first, the present one last. */
  boots: string[];
  /** A power cut happened while a place may have been held, and health was not seen since. */
  unproven: boolean;
  /** Nothing is done before `until`. */
  wait: { until: string; reason: string } | null;
  /** Failed tries of the present phase's effect. */
  tries: number;
  /** Pause before something is tried again, in seconds. */
  retrySeconds: number;
  /** Highest etcd revision seen, by cluster id. */
  seen: Record<string, string>;
  reports: Report[];
  reportCount: number;
  /** By root hash; not tried again until an operator says so. */
  failed: Record<string, { version: string; reason: string; at: string }>;
  /** By root hash: what an operator gave up here, under every version that it was met as; kept until ordered here. */
  barred?: Record<string, { versions: string[]; at: string }>;
  look: Look | null;
  /** `isServer`: that the server did not answer, which it need not be told. */
  problem: (Problem & { isServer?: true }) | null;
  /** What each slot was last seen to hold, whole. */
  slots: Partial<Record<SlotName, Pick<Goal, 'version' | 'rootHash'>>>;
  /** What was lost and set aside, until an operator says that he saw it or an update that began later (`isBefore`) is complete. */
  lost?: Partial<Record<'state' | 'identity', Loss>>;
  /** After a lost memory: the place that the lock has under this host's id, which nobody here took. */
  standing?: Standing;
  /** When the server is next told where this host is while it waits in the middle of an update. */
  tellAt?: string;
}

/** Something that was lost. `isAsked`: the lock showed no place that this host does not know of. */
export interface Loss extends Problem {
  isBefore?: true;
  isAsked?: true;
}

/** Something that is wrong, by its code and in words. */
export interface Problem {
  at: string;
  code: string;
  problem: string;
}

/** A host that has never run an agent. */
export function freshMemory(at: string): Memory {
  return {
    format: 1,
    phase: { at: 'idle' },
    since: at,
    running: null,
    boots: [],
    unproven: false,
    wait: null,
    tries: 0,
    retrySeconds: 60,
    seen: {},
    reports: [],
    reportCount: 0,
    failed: {},
    look: null,
    problem: null,
    slots: {},
  };
}

/** The place that a phase holds or may hold. */
export function holdOf(phase: Phase): Hold | null {
  if ('hold' in phase) return phase.hold;
  return phase.at === 'acquiring' ? phase.attempt : null;
}
