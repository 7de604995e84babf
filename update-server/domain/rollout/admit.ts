import type { NoneReason } from '../../../protocol/api/check-in.ts';
import { paceOf } from '../../../protocol/documents/policy.ts';
import { isOpen } from '../../../system/time/window.ts';
import { cohortOf } from './cohort.ts';
import { isIn } from './ramp.ts';
import { inFlightLimit, isOpen as isOpenRollout, type Rollout, rampRan } from './rollout.ts';

/** A host that wants to start, or asks again on the way. */
export interface Candidate {
  id: string;
  group: string;
  /** It has a grant already: ramp and limit let it go on. */
  granted: boolean;
}

/** Why a rollout does not let a host start now; null when it may. */
export function refusal(rollout: Rollout | undefined, host: Candidate, now: Date): NoneReason | null {
  if (!rollout) return 'no_rollout';
  const closed = closedBy(rollout);
  if (closed) return closed;
  if (rollout.bad !== null) return 'halted';
  if (!rollout.begun && Date.parse(rollout.starts) > now.getTime()) return 'scheduled';
  const { policy } = rollout;
  const pace = paceOf(policy, host.group);
  if (!isOpen(pace.windows, now)) return 'outside_window';
  if (host.granted) return null;
  const isCanary = policy.canary?.group === host.group;
  if (policy.canary && !rollout.canaryPassed && !isCanary) return 'canary_first';
  const invited =
    rollout.full || isCanary || isIn(pace, rampRan(rollout, now), cohortOf(host.id, rollout.release));
  if (!invited) return 'not_yet';
  return rollout.counts.inFlight >= inFlightLimit(rollout) ? 'in_flight_limit' : null;
}

/** Why a rollout's state lets no host start; null when it does. */
export function closedBy(rollout: Pick<Rollout, 'state'>): NoneReason | null {
  if (isOpenRollout(rollout)) return null;
  const { state } = rollout;
  return state === 'paused' || state === 'halted' || state === 'aborted' ? state : 'no_rollout';
}
