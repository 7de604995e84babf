import { Type } from 'typebox';
import { RolloutAction, RolloutSummary } from '../../../../protocol/api/rollout.ts';
import { Id, strict } from '../../../../protocol/schema/schema.ts';
import { auditLine } from '../../../auth/audit-line.ts';
import { applyAction } from '../../../domain/rollout/apply-action.ts';
import { summarise } from '../../../domain/rollout/summary.ts';
import { operators } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import { missing, type Needs } from './find.ts';

/** Carries out what an operator decided about a rollout. */
export const changeRollout = route({
  method: 'POST',
  url: '/v1/rollouts/:id/:action',
  access: operators,
  summary: 'Pauses, resumes, aborts or finishes a rollout',
  schema: {
    params: strict({ id: Id, action: RolloutAction }),
    body: strict({ reason: Type.Optional(Type.String({ maxLength: 512 })) }),
    response: { 200: RolloutSummary },
  },
  handler:
    ({ store, now }: Needs) =>
    async ({ params: { id, action }, body: { reason = '' }, operator }) => {
      const time = now();
      const line = auditLine(operator, time, `${action} rollout`, { kind: 'rollout', id }, reason);
      const changed = await store.changeRollout(
        id,
        (present) => applyAction(present, action, time, reason),
        line,
      );
      return summarise(changed ?? missing(id), time);
    },
});
