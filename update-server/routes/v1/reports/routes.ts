import { Reports, ReportsAnswer } from '../../../../protocol/api/check-in.ts';
import type { Scrub } from '../../../blobs/scrub.ts';
import { isExtensible } from '../../../routing/is-extensible.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';
import { readReports } from './read-reports.ts';

/** 64 reports whose detail is full. */
const bodyLimit = 512 * 1024;

const takeReports = route({
  method: 'POST',
  url: '/v1/reports',
  access: 'host',
  summary: 'A host reports steps of an update; each report counts once',
  schema: { body: Reports, response: { 200: ReportsAnswer } },
  // the schema describes; each report is judged by itself
  attachValidation: true,
  bodyLimit,
  handler:
    ({ store, scrub, now }: { store: Store; scrub?: Scrub | undefined; now(): Date }) =>
    async (request) => {
      const { reports, refused } = readReports(request.body);
      const { id } = request.caller;
      await store.report(id, reports, now().toISOString());
      for (const { detail, version } of reports) if (isOfBytes(detail)) scrub?.complained(version);
      if (refused.length > 0) {
        // one of them is enough: a host could fill a disk with the rest
        const { problem } = refused[0]!;
        request.log.warn({ host: id, refused: refused.length, problem }, 'reports that cannot be read');
      }
      const more = refused.length > 0 && isExtensible(request) ? { refused } : {};
      return { accepted: reports.length, ...more };
    },
});

/** How a host reports what happened on it. */
export const reportRoutes = [takeReports];

/** Whether a host reports that what it fetched was not what was signed. */
function isOfBytes(detail: string): boolean {
  return /payload_(mismatch|invalid)/.test(detail);
}
