import { RolloutsAnswer, StartRequest } from '../../../../protocol/api/rollout.ts';
import { auditLine } from '../../../auth/audit-line.ts';
import { withWindow } from '../../../domain/rollout/policies.ts';
import { rolloutsOf } from '../../../domain/rollout/start.ts';
import { summarise } from '../../../domain/rollout/summary.ts';
import { operators } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import { policyFor } from '../policies/policy-for.ts';
import { findChannel, type Needs } from './find.ts';

/** Begins a rollout of a channel's head for each architecture that it has. */
export const startRollout = route({
  method: 'POST',
  url: '/v1/rollouts',
  access: operators,
  summary: 'Starts a new rollout of a channel’s head',
  schema: { body: StartRequest, response: { 200: RolloutsAnswer } },
  handler:
    ({ store, now }: Needs) =>
    async ({ body, operator }) => {
      const time = now();
      const policy = withWindow(await policyFor(store, body), body.window);
      // with as many digits as every other time: texts are compared
      const starts = body.starts ? new Date(body.starts).toISOString() : time.toISOString();
      const rollouts = rolloutsOf(await findChannel(store, body), policy, time.toISOString(), starts);
      const what = `${rollouts[0]?.version ?? 'no release'}, policy ${policy.name}, from ${starts}`;
      const detail = body.reason ? `${what}: ${body.reason}` : what;
      const line = auditLine(
        operator,
        time,
        'start rollout',
        { kind: 'channel', id: `${body.name}/${body.channel}` },
        detail,
      );
      await store.startRollouts(rollouts, line);
      const started = await Promise.all(rollouts.map(({ id }) => store.rollout(id)));
      return { rollouts: started.map((rollout) => summarise(rollout!, now())) };
    },
});
