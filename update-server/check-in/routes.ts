import { Type } from 'typebox';
import { CheckIn, CheckInAnswer, Reports } from '../../protocol/check-in.ts';
import { strict } from '../../protocol/schema.ts';
import type { App } from '../app.ts';
import type { Ports } from '../ports.ts';
import { checkIn } from './check-in.ts';

/** 64 reports whose detail is full. */
const reportsLimit = 512 * 1024;

/** What enrolled hosts call. */
export function checkInRoutes(app: App, ports: Ports): void {
  app.post(
    '/v1/check-in',
    { schema: { body: CheckIn, response: { 200: CheckInAnswer } } },
    async ({ body, caller }) => checkIn(ports, caller, body),
  );
  app.post(
    '/v1/reports',
    {
      schema: { body: Reports, response: { 200: strict({ accepted: Type.Integer() }) } },
      bodyLimit: reportsLimit,
    },
    async ({ body, caller }) => {
      await ports.store.report(caller.id, body.reports, ports.now().toISOString());
      return { accepted: body.reports.length };
    },
  );
}
