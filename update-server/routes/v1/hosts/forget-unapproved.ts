import { ForgetAnswer, ForgetRequest } from '../../../../protocol/api/operator.ts';
import { auditLine } from '../../../auth/audit-line.ts';
import { operators } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';

const always = '9999-12-31T23:59:59Z';

/** Deletes hosts that enrolled without a join token and were not approved. */
export const forgetUnapproved = route({
  method: 'POST',
  url: '/v1/hosts/forget',
  access: operators,
  summary: 'Deletes the records and credentials of unapproved hosts',
  schema: { body: ForgetRequest, response: { 200: ForgetAnswer } },
  handler:
    ({ store, now }: { store: Store; now(): Date }) =>
    async ({ body: { before = always }, operator }) => {
      const line = auditLine(operator, now(), 'forget', { kind: 'unapproved_hosts' });
      return { forgotten: await store.forgetUnapproved({ before, unseen: before }, line) };
    },
});
