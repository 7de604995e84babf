import { ReportKind } from '../../protocol/api/check-in.ts';
import type { Store } from '../store/interface/store.ts';
import type { Metrics } from './metrics.ts';

const kinds: readonly string[] = ReportKind.enum;

/** A store that counts what hosts do, so that no request has to. */
export function countStore(store: Store, metrics: Metrics): Store {
  return {
    ...store,
    recordCheckIn(record) {
      metrics.checkIns.inc({ decision: record.decision });
      return store.recordCheckIn(record);
    },
    async enroll(host, audit) {
      const enrolled = await store.enroll(host, audit);
      if ('id' in enrolled) metrics.enrollments.inc();
      return enrolled;
    },
    async takeGrant(host, grant, now) {
      const answer = await store.takeGrant(host, grant, now);
      metrics.grants.inc({ result: 'none' in answer ? answer.none : 'granted' });
      return answer;
    },
    async report(host, reports, now) {
      await store.report(host, reports, now);
      for (const { kind } of reports) {
        // hosts choose the word, and a scrape must stay small
        metrics.reports.inc({ kind: kinds.includes(kind) ? kind : 'other' });
      }
    },
  };
}
