import { Type } from 'typebox';
import { NoneReason } from '../../../../protocol/api/check-in.ts';
import { WaitingAnswer } from '../../../../protocol/api/dashboard.ts';
import { Id, Limit, strict } from '../../../../protocol/schema/schema.ts';
import { countStates } from '../../../domain/fleet/overview.ts';
import { explain } from '../../../domain/hosts/explain.ts';
import type { CountHosts } from '../../../metrics/count-hosts.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import { findRollout, type Needs } from './find.ts';

const pageSize = 100;

/** Hosts that a rollout keeps waiting, page by page, with how many wait for each reason; where another took its place they wait for that one. */
export const listWaiting = route({
  method: 'GET',
  url: '/v1/rollouts/:id/waiting',
  access: readers,
  summary: 'The hosts that wait in a rollout, each with the reason',
  schema: {
    params: strict({ id: Id }),
    querystring: strict({ reason: Type.Optional(NoneReason), after: Type.Optional(Id), limit: Limit }),
    response: { 200: WaitingAnswer },
  },
  handler:
    ({ store, now, countHosts }: Needs & { countHosts: CountHosts }) =>
    async ({ params: { id }, query: { reason, after = '', limit } }) => {
      const rollout = await findRollout(store, id);
      if (rollout.state === 'superseded') return { reasons: [], hosts: [], next: null };
      const { name, channel, arch } = rollout;
      const rows = (await countHosts()).filter(
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
});
