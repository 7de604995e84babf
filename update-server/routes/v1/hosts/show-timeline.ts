import { TimelineAnswer } from '../../../../protocol/api/hosts.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Id, strict } from '../../../../protocol/schema/schema.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';

/** One host's check-ins, grants, reports and operators' actions in one list. */
export const showTimeline = route({
  method: 'GET',
  url: '/v1/hosts/:id/timeline',
  access: readers,
  summary:
    'What happened to a host, newest first: check-ins that differed, grants, reports, operators’ actions',
  schema: { params: strict({ id: Id }), response: { 200: TimelineAnswer } },
  handler:
    ({ store }: { store: Store }) =>
    async ({ params: { id } }) => {
      const events = await store.timeline(id);
      if (!events) throw new InterlockError('not_found', { what: `host ${id}` });
      return { events };
    },
});
