import { Type } from 'typebox';
import {
  PolicyAnswer,
  PolicyRequest,
  PreviewAnswer,
  RolloutAction,
  RolloutDetail,
  RolloutSummary,
  RolloutsAnswer,
  StartRequest,
} from '../../../../protocol/api/rollout.ts';
import type { Channel } from '../../../../protocol/documents/channel.ts';
import { type PolicyText, readPolicy } from '../../../../protocol/documents/policy.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Id, strict, Word } from '../../../../protocol/schema/schema.ts';
import { whoIs } from '../../../auth/who-is.ts';
import { applyAction } from '../../../domain/rollout/apply-action.ts';
import { choosePolicy, usualPolicy } from '../../../domain/rollout/policies.ts';
import { preview } from '../../../domain/rollout/preview.ts';
import { activeMs } from '../../../domain/rollout/rollout.ts';
import { type NamedPolicy, rolloutsOf } from '../../../domain/rollout/start.ts';
import { detail, summarise } from '../../../domain/rollout/summary.ts';
import { warningsOf } from '../../../domain/rollout/warn.ts';
import type { App } from '../../../routing/app.ts';
import type { Ports } from '../../../routing/ports.ts';

const listed = 200;

/** How operators start, watch and control rollouts. */
export function rolloutRoutes(app: App, { store, now }: Ports): void {
  const byId = strict({ id: Id });
  const byChannel = strict({ name: Word, channel: Word });
  const missing = (id: string) => new InterlockError('not_found', { what: `rollout ${id}` });

  async function channelOf({ name, channel }: { name: string; channel: string }): Promise<Channel> {
    const found = await store.channel(name, channel);
    if (!found) throw new InterlockError('not_found', { what: `channel ${channel} of ${name}` });
    return found;
  }

  async function policyFor({ name, channel, policy }: StartRequest): Promise<NamedPolicy> {
    return policy === undefined
      ? ((await store.policy(name, channel)) ?? choosePolicy(usualPolicy))
      : choosePolicy(policy);
  }

  /** Against the hosts that say they follow the channel, whether anything was published to it or not. */
  async function warningsFor(of: { name: string; channel: string }, text: PolicyText): Promise<string[]> {
    const since = new Date(now().getTime() - activeMs).toISOString();
    const fleets = await Promise.all(
      (['x86-64', 'arm64'] as const).map((arch) => store.fleet(of.name, of.channel, arch, since)),
    );
    return warningsOf(
      text,
      fleets.flat().map(({ group }) => group),
    );
  }

  const query = strict({ name: Type.Optional(Word), channel: Type.Optional(Word) });
  app.get(
    '/v1/rollouts',
    { schema: { querystring: query, response: { 200: RolloutsAnswer } } },
    async ({ query: { name, channel } }) => {
      const rollouts = await store.rollouts(name ?? null, channel ?? null, listed);
      return { rollouts: rollouts.map((rollout) => summarise(rollout, now())) };
    },
  );

  app.get(
    '/v1/rollouts/:id',
    { schema: { params: byId, response: { 200: RolloutDetail } } },
    async ({ params: { id } }) => {
      const since = new Date(now().getTime() - activeMs).toISOString();
      const [rollout, story] = [await store.rollout(id), await store.rolloutStory(id, since)];
      if (!rollout || !story) throw missing(id);
      return detail(rollout, story, now());
    },
  );

  app.post(
    '/v1/rollouts',
    { schema: { body: StartRequest, response: { 200: RolloutsAnswer } } },
    async ({ body, operator }) => {
      const at = now().toISOString();
      const policy = await policyFor(body);
      // with as many digits as every other time: texts are compared
      const starts = body.starts ? new Date(body.starts).toISOString() : at;
      const rollouts = rolloutsOf(await channelOf(body), policy, at, starts);
      const subject = `${body.name}/${body.channel}`;
      const said = `${rollouts[0]?.version ?? 'no release'}, policy ${policy.name}, from ${starts}`;
      await store.startRollouts(rollouts, {
        at,
        who: whoIs(operator),
        action: 'start rollout',
        subject,
        detail: said,
      });
      const started = await Promise.all(rollouts.map(({ id }) => store.rollout(id)));
      return { rollouts: started.map((rollout) => summarise(rollout!, now())) };
    },
  );

  app.post(
    '/v1/rollouts/preview',
    { schema: { body: StartRequest, response: { 200: PreviewAnswer } } },
    async ({ body }) => {
      const { name, channel } = body;
      const { head } = await channelOf(body);
      const named = await policyFor(body);
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
  );

  app.post(
    '/v1/rollouts/:id/:action',
    {
      schema: {
        params: strict({ id: Id, action: RolloutAction }),
        body: strict({ reason: Type.Optional(Type.String({ maxLength: 512 })) }),
        response: { 200: RolloutSummary },
      },
    },
    async ({ params: { id, action }, body: { reason = '' }, operator }) => {
      const at = now();
      const audit = {
        at: at.toISOString(),
        who: whoIs(operator),
        action: `${action} rollout`,
        subject: `rollout ${id}`,
      };
      const changed = await store.changeRollout(id, (present) => applyAction(present, action, at, reason), {
        ...audit,
        detail: reason,
      });
      if (!changed) throw missing(id);
      return summarise(changed, at);
    },
  );

  app.get(
    '/v1/policies/:name/:channel',
    { schema: { params: byChannel, response: { 200: PolicyAnswer } } },
    async ({ params }) => {
      const { name, text } = await policyFor(params);
      return { policy: name, text, warnings: await warningsFor(params, text) };
    },
  );

  app.put(
    '/v1/policies/:name/:channel',
    { schema: { params: byChannel, body: PolicyRequest, response: { 200: PolicyAnswer } } },
    async ({ params: { name, channel }, body, operator }) => {
      const policy = choosePolicy(body.policy);
      await store.setPolicy(name, channel, policy, {
        at: now().toISOString(),
        who: whoIs(operator),
        action: 'set policy',
        subject: `${name}/${channel}`,
        detail: policy.name,
      });
      const warnings = await warningsFor({ name, channel }, policy.text);
      return { policy: policy.name, text: policy.text, warnings };
    },
  );
}
