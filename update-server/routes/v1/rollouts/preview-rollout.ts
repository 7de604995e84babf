import { PreviewAnswer, StartRequest } from '../../../../protocol/api/rollout.ts';
import { readPolicy } from '../../../../protocol/documents/policy.ts';
import { standOf, sumUp } from '../../../domain/rollout/count-hosts.ts';
import { isScheduled } from '../../../domain/rollout/forecast.ts';
import { withWindow } from '../../../domain/rollout/policies.ts';
import { byTime, preview } from '../../../domain/rollout/preview.ts';
import { activeMs } from '../../../domain/rollout/rollout.ts';
import type { NamedPolicy } from '../../../domain/rollout/start.ts';
import { warningsOf } from '../../../domain/rollout/warn.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';
import { policyFor } from '../policies/policy-for.ts';
import { findChannel, type Needs } from './find.ts';

/** What a rollout would do, without doing it; of one that is scheduled, what it will do. */
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
      const published = await findChannel(store, body);
      const { head } = published;
      const since = new Date(now().getTime() - activeMs).toISOString();
      const planned = await scheduled(store, body, since, now());
      const chosen = body.policy === undefined && planned ? planned.policy : await policyFor(store, body);
      const named = withWindow(chosen, body.window);
      const policy = readPolicy(named.text);
      const starts = new Date(body.starts ?? planned?.starts ?? now());
      const steps: PreviewAnswer['steps'] = [];
      const groups: string[] = [];
      const stands: ReturnType<typeof standOf>[] = [];
      for (const [arch, release] of Object.entries(head.releases)) {
        const target = { version: head.version, arch: arch as 'x86-64' };
        const fleet = await store.fleet(name, channel, target.arch, since);
        groups.push(...fleet.map(({ group }) => group));
        const hasCanary = fleet.some(({ group }) => group === policy.canary?.group);
        const each = fleet.map((host) => ({ host, stand: standOf(host, target, published) }));
        stands.push(...each.map(({ stand }) => stand));
        const coming = each.filter(({ stand }) => stand === 'coming').map(({ host }) => host);
        steps.push(...preview(policy, release, coming, starts, hasCanary));
      }
      const { on, coming: hosts, unable } = sumUp(stands.map((stand) => [stand, 1] as const));
      return {
        ...{
          version: head.version,
          policy: named.name,
          policyText: named.text,
          starts: starts.toISOString(),
        },
        ...{ hosts, on, unable: [...unable].map(([reason, hosts]) => ({ reason, hosts })) },
        ...{ warnings: warningsOf(named.text, groups), steps: byTime(steps) },
      };
    },
});

/** The start and the policy of the channel's rollout that waits for its start. */
async function scheduled(
  store: Store,
  { name, channel }: { name: string; channel: string },
  since: string,
  now: Date,
): Promise<{ starts: string; policy: NamedPolicy } | undefined> {
  const all = await store.currentRollouts();
  const found = all.find(
    (rollout) => rollout.name === name && rollout.channel === channel && isScheduled(rollout, now),
  );
  const facts = found && (await store.rolloutFacts(found.id, since));
  return facts && { starts: found.starts, policy: { name: found.policyName, text: facts.policyText } };
}
