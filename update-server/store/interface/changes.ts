import type { RolloutState } from '../../../protocol/api/rollout.ts';
import type { NewAudit } from './audit.ts';

/** Up to where a reader of changes has read; the next reading begins there. */
export interface ChangePosition {
  audit: number;
  report: number;
}

/** What happened since a position: everything that was written down, and who reported. */
export interface Changes {
  position: ChangePosition;
  lines: Pick<NewAudit, 'action' | 'subject'>[];
  /** Hosts that reported, each once, and no more than asked for. */
  reporters: string[];
  /** Rollouts that are not superseded, as far as they got. */
  rollouts: { id: string; state: RolloutState; inFlight: number; confirmed: number; failed: number }[];
}

/** What changed, read from the tables themselves: what another process wrote is in it, too. */
export interface ChangeStore {
  /** Where changes begin now. */
  changePosition(): Promise<ChangePosition>;
  changes(since: ChangePosition, limit: number): Promise<Changes>;
}
