import { PolicyAnswer, PolicyRequest } from '../../../../protocol/api/rollout.ts';
import { strict, Word } from '../../../../protocol/schema/schema.ts';
import { auditLine } from '../../../auth/audit-line.ts';
import { choosePolicy } from '../../../domain/rollout/policies.ts';
import { operators, readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';
import { policyFor, warningsFor } from './policy-for.ts';

interface Needs {
  store: Store;
  now(): Date;
}

const url = '/v1/policies/:name/:channel';
const params = strict({ name: Word, channel: Word });

const showPolicy = route({
  method: 'GET',
  url,
  access: readers,
  summary: 'The policy of a channel’s rollouts',
  schema: { params, response: { 200: PolicyAnswer } },
  handler:
    ({ store, now }: Needs) =>
    async ({ params: of }) => {
      const { name, text } = await policyFor(store, of);
      return { policy: name, text, warnings: await warningsFor(store, of, text, now()) };
    },
});

const setPolicy = route({
  method: 'PUT',
  url,
  access: operators,
  summary: 'Sets the policy of a channel’s later rollouts',
  schema: { params, body: PolicyRequest, response: { 200: PolicyAnswer } },
  handler:
    ({ store, now }: Needs) =>
    async ({ params: of, body, operator }) => {
      const policy = choosePolicy(body.policy);
      const line = auditLine(
        operator,
        now(),
        'set policy',
        { kind: 'channel', id: `${of.name}/${of.channel}` },
        policy.name,
      );
      await store.setPolicy(of.name, of.channel, policy, line);
      const warnings = await warningsFor(store, of, policy.text, now());
      return { policy: policy.name, text: policy.text, warnings };
    },
});

/** What a channel's rollouts follow. */
export const policyRoutes = [showPolicy, setPolicy];
