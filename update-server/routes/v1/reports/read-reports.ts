import { maxDetail, maxReports, Report, type ReportsAnswer } from '../../../../protocol/api/check-in.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { knownFields, problemOf } from '../../../../protocol/schema/schema.ts';

/** What a host sent: the reports that can be kept, and which cannot. */
interface Received {
  reports: Report[];
  refused: NonNullable<ReportsAnswer['refused']>;
}

/** Reads reports one by one, so that an unreadable one does not stop the others. Throws `bad_input` when there is no list. */
export function readReports(body: unknown): Received {
  const list = (body as { reports?: unknown } | null)?.reports;
  if (!Array.isArray(list))
    throw new InterlockError('bad_input', { what: 'body', problem: 'has no reports' });
  if (list.length > maxReports) {
    throw new InterlockError('bad_input', { what: 'body', problem: `has more than ${maxReports} reports` });
  }
  const received: Received = { reports: [], refused: [] };
  for (const [index, sent] of list.entries()) {
    const report = cutDetail(sent);
    const problem = problemOf(Report, report);
    if (problem) received.refused.push({ index, problem });
    else received.reports.push(knownFields(Report, report as Report));
  }
  return received;
}

/** The end of a long text is worth less than the report. */
function cutDetail(sent: unknown): unknown {
  const detail = (sent as { detail?: unknown } | null)?.detail;
  return typeof detail === 'string' && detail.length > maxDetail
    ? { ...(sent as object), detail: detail.slice(0, maxDetail) }
    : sent;
}
