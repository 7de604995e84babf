import { RolloutDetail } from '../../../../protocol/api/rollout.ts';
import { Id, strict } from '../../../../protocol/schema/schema.ts';
import { activeMs } from '../../../domain/rollout/rollout.ts';
import { detail } from '../../../domain/rollout/summary.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import { findRollout, missing, type Needs } from './find.ts';

/** One rollout with everything that its page shows first. */
export const showRollout = route({
  method: 'GET',
  url: '/v1/rollouts/:id',
  access: readers,
  summary: 'One rollout: its progress, its limits, and what hosts wait for',
  schema: { params: strict({ id: Id }), response: { 200: RolloutDetail } },
  handler:
    ({ store, now }: Needs) =>
    async ({ params: { id } }) => {
      const since = new Date(now().getTime() - activeMs).toISOString();
      const rollout = await findRollout(store, id);
      const facts = (await store.rolloutFacts(id, since)) ?? missing(id);
      return detail(rollout, facts, now());
    },
});
