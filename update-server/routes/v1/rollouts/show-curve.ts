import { CurveAnswer } from '../../../../protocol/api/dashboard.ts';
import { Id, strict } from '../../../../protocol/schema/schema.ts';
import { curveOf } from '../../../domain/rollout/progress.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import { findRollout, type Needs } from './find.ts';

/** A rollout's planned and actual progress. */
export const showCurve = route({
  method: 'GET',
  url: '/v1/rollouts/:id/curve',
  access: readers,
  summary: 'A rollout’s planned and actual progress, and its failure rate',
  schema: { params: strict({ id: Id }), response: { 200: CurveAnswer } },
  handler:
    ({ store, now }: Needs) =>
    async ({ params: { id } }) =>
      curveOf(await findRollout(store, id), await store.rolloutProgress(id), now()),
});
