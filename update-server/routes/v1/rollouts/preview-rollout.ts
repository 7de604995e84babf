import { PreviewAnswer, StartRequest } from '../../../../protocol/api/rollout.ts';
import { readPolicy } from '../../../../protocol/documents/policy.ts';
import { preview } from '../../../domain/rollout/preview.ts';
import { activeMs } from '../../../domain/rollout/rollout.ts';
import { warningsOf } from '../../../domain/rollout/warn.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import { policyFor } from '../policies/policy-for.ts';
import { findChannel, type Needs } from './find.ts';

/** What a rollout would do, without doing it. */
export const previewRollout = route({
  method: 'POST',
  url: '/v1/rollouts/preview',
  access: readers,
  summary: 'Which hosts would get the head, and when',
  schema: { body: StartRequest, response: { 200: PreviewAnswer } },
  handler:
    ({ store, now }: Needs) =>
    async ({ body }) => {
      const { name, channel } = body;
      const { head } = await findChannel(store, body);
      const named = await policyFor(store, body);
      const policy = readPolicy(named.text);
      const starts = body.starts ? new Date(body.starts) : now();
      const since = new Date(now().getTime() - activeMs).toISOString();
      const steps: PreviewAnswer['steps'] = [];
      const groups: string[] = [];
      let hosts = 0;
      for (const [arch, release] of Object.entries(head.releases)) {
        const fleet = await store.fleet(name, channel, arch as 'x86-64', since);
        groups.push(...fleet.map(({ group }) => group));
        const hasCanary = fleet.some(({ group }) => group === policy.canary?.group);
        const behind = fleet.filter((host) => host.version !== head.version);
        hosts += behind.length;
        steps.push(...preview(policy, release, behind, starts, hasCanary));
      }
      const warnings = warningsOf(named.text, groups);
      return { version: head.version, policy: named.name, hosts, warnings, steps };
    },
});
