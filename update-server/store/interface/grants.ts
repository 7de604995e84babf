import type { CheckIn, NoneReason, Report } from '../../../protocol/api/check-in.ts';
import type { Grant, RequestedGrant } from '../../domain/rollout/take-grant.ts';

/** Who may install what, and how it ended. */
export interface GrantStore {
  /** Renews the host's open grant of this rollout, or makes one: decided again in the transaction that counts it. */
  takeGrant(
    host: string,
    grant: RequestedGrant,
    now: string,
  ): Promise<{ grant: Grant } | { none: NoneReason }>;
  hasOpenGrant(host: string, rollout: string): Promise<boolean>;
  /** A check-in of a host that reported that it reboots: that may end its grant, be counted, and halt its rollout. Costs nothing for other hosts. */
  settleReturn(host: string, checkIn: CheckIn, now: string): Promise<void>;
  /** Repeats are harmless; a final report closes the grant it names, is counted, and may halt its rollout. */
  report(host: string, reports: Report[], now: string): Promise<void>;
}
