import { Type } from 'typebox';
import { AuditAnswer } from '../../../../protocol/api/operator.ts';
import { Limit, strict } from '../../../../protocol/schema/schema.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';

const pageSize = 200;
const lineNumber = Type.Optional(Type.String({ pattern: '^\\d{1,15}$' }));

const listAudit = route({
  method: 'GET',
  url: '/v1/audit',
  access: readers,
  summary: 'The audit log, newest first',
  schema: {
    querystring: strict({ before: lineNumber, after: lineNumber, limit: Limit }),
    response: { 200: AuditAnswer },
  },
  handler:
    ({ store }: { store: Store }) =>
    async ({ query: { before, after, limit } }) => {
      const size = Math.min(Number(limit ?? pageSize), pageSize);
      const lines = await store.audit(Number(before ?? Number.MAX_SAFE_INTEGER), size, Number(after ?? 0));
      return { lines, next: lines.length === size ? lines.at(-1)!.seq : null };
    },
});

/** Who did what. */
export const auditRoutes = [listAudit];
