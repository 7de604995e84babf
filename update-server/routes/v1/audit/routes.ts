import { AuditAnswer, AuditQuery } from '../../../../protocol/api/operator.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';

const pageSize = 200;

const listAudit = route({
  method: 'GET',
  url: '/v1/audit',
  access: readers,
  summary: 'The audit log, newest first: by time, person, action and subject',
  schema: { querystring: AuditQuery, response: { 200: AuditAnswer } },
  handler:
    ({ store }: { store: Store }) =>
    async ({ query: { before, after, limit, routine, ...filter } }) => {
      const size = Math.min(Number(limit ?? pageSize), pageSize);
      const { lines, hidden } = await store.findAudit(
        {
          ...filter,
          before: Number(before ?? Number.MAX_SAFE_INTEGER),
          after: Number(after ?? 0),
          hideRoutine: routine === 'hide',
        },
        size,
      );
      return { lines, next: lines.length === size ? lines.at(-1)!.seq : null, hidden };
    },
});

/** Who did what. */
export const auditRoutes = [listAudit];
