import { HostDetail } from '../../../../protocol/api/operator.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Id, strict } from '../../../../protocol/schema/schema.ts';
import { commandsFor } from '../../../domain/hosts/commands.ts';
import { explain } from '../../../domain/hosts/explain.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';

/** One host, with the reason why it is where it is. */
export const showHost = route({
  method: 'GET',
  url: '/v1/hosts/:id',
  access: readers,
  summary: 'One host: its state, the reason for it, and its reports',
  schema: { params: strict({ id: Id }), response: { 200: HostDetail } },
  handler:
    ({ store, now }: { store: Store; now(): Date }) =>
    async ({ params: { id } }) => {
      const host = await store.host(id);
      if (!host) throw new InterlockError('not_found', { what: `host ${id}` });
      const rollout = host.channel
        ? await store.currentRollout(host.name, host.channel, host.arch)
        : undefined;
      return { ...host, why: explain(host, rollout, now()), commands: commandsFor(host, rollout, now()) };
    },
});
