import type { AuditLine } from '../../../protocol/api/operator.ts';
import type { RolloutState } from '../../../protocol/api/rollout.ts';

/** Where a reader of news stands; the next reading begins there. */
export interface NewsPlace {
  audit: number;
  report: number;
}

/** What happened since a place: everything that was written down, and who reported. */
export interface News {
  place: NewsPlace;
  lines: Pick<AuditLine, 'action' | 'subject'>[];
  /** Hosts that reported, each once, and no more than asked for. */
  reporters: string[];
  /** Rollouts that are not superseded, as far as they got. */
  rollouts: { id: string; state: RolloutState; inFlight: number; confirmed: number; failed: number }[];
}

/** What changed, read from the tables themselves: whoever wrote there is heard, another process too. */
export interface NewsStore {
  /** Where news begins now. */
  newsPlace(): Promise<NewsPlace>;
  news(since: NewsPlace, limit: number): Promise<News>;
}
