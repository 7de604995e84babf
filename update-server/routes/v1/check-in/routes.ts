import type { FastifyRequest } from 'fastify';
import {
  CheckIn,
  CheckInAnswer,
  Reports,
  ReportsAnswer,
  speaksExtensible,
  speaksHeader,
} from '../../../../protocol/api/check-in.ts';
import { knownFields } from '../../../../protocol/schema/schema.ts';
import type { App } from '../../../routing/app.ts';
import type { Ports } from '../../../routing/ports.ts';
import { checkIn } from './check-in.ts';
import { readReports } from './read-reports.ts';

/** 64 reports whose detail is full. */
const reportsLimit = 512 * 1024;

/** What enrolled hosts call. */
export function checkInRoutes(app: App, ports: Ports): void {
  app.post(
    '/v1/check-in',
    { schema: { body: CheckIn, response: { 200: CheckInAnswer } } },
    async ({ body, caller }) => checkIn(ports, caller, knownFields(CheckIn, body)),
  );
  app.post(
    '/v1/reports',
    {
      schema: { body: Reports, response: { 200: ReportsAnswer } },
      // the schema describes; each report is judged by itself
      attachValidation: true,
      bodyLimit: reportsLimit,
    },
    async (request) => {
      const { reports, refused } = readReports(request.body);
      const { id } = request.caller;
      await ports.store.report(id, reports, ports.now().toISOString());
      for (const { detail, version } of reports) if (isOfBytes(detail)) ports.scrub?.complained(version);
      if (refused.length > 0) {
        // one of them says it: whoever may enrol could fill a disk with the rest
        const { problem } = refused[0]!;
        request.log.warn({ host: id, refused: refused.length, problem }, 'reports that cannot be read');
      }
      const more = refused.length > 0 && isExtensible(request) ? { refused } : {};
      return { accepted: reports.length, ...more };
    },
  );
}

/** Whether a host says that what it fetched was not what was signed. */
function isOfBytes(detail: string): boolean {
  return /payload_(mismatch|invalid)/.test(detail);
}

/** Whether the caller lets unknown fields of answers be. */
function isExtensible({ headers }: FastifyRequest): boolean {
  return String(headers[speaksHeader] ?? '')
    .split(' ')
    .includes(speaksExtensible);
}
