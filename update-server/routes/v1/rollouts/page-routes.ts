import { Type } from 'typebox';
import { NoneReason } from '../../../../protocol/api/check-in.ts';
import { CurveAnswer, WaitingAnswer } from '../../../../protocol/api/dashboard.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Id, Limit, strict } from '../../../../protocol/schema/schema.ts';
import { countStates } from '../../../domain/fleet/overview.ts';
import { explain } from '../../../domain/hosts/explain.ts';
import { curveOf } from '../../../domain/rollout/progress.ts';
import type { App } from '../../../routing/app.ts';
import type { DeskPorts } from '../../../routing/ports.ts';

const pageSize = 100;

/** What a rollout's page shows beside the rollout itself. */
export function rolloutPageRoutes(app: App, { store, now, survey }: DeskPorts): void {
  const params = strict({ id: Id });

  async function find(id: string) {
    const rollout = await store.rollout(id);
    if (!rollout) throw new InterlockError('not_found', { what: `rollout ${id}` });
    return rollout;
  }

  app.get(
    '/v1/rollouts/:id/curve',
    { schema: { params, response: { 200: CurveAnswer } } },
    async ({ params: { id } }) => curveOf(await find(id), await store.rolloutCurve(id), now()),
  );

  const query = strict({ reason: Type.Optional(NoneReason), after: Type.Optional(Id), limit: Limit });
  app.get(
    '/v1/rollouts/:id/waiting',
    { schema: { params, querystring: query, response: { 200: WaitingAnswer } } },
    async ({ params: { id }, query: { reason, after = '', limit } }) => {
      const rollout = await find(id);
      const { name, channel, arch } = rollout;
      const rows = (await survey()).filter(
        (row) => row.name === name && row.channel === channel && row.arch === arch,
      );
      const size = Math.min(Number(limit ?? pageSize), pageSize);
      const filter = { name, channel, arch, state: 'waiting', ...(reason ? { reason } : {}) } as const;
      const hosts = await store.findHosts(filter, after, size, now());
      return {
        reasons: countStates(rows).waiting,
        hosts: hosts.map((host) => ({ ...host, why: explain(host, rollout, now()) })),
        next: hosts.length === size ? hosts.at(-1)!.id : null,
      };
    },
  );
}
