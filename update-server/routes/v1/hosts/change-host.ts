import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { GroupRequest, HoldRequest, PinRequest, type TokenInfo } from '../../../../protocol/api/operator.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Id, strict } from '../../../../protocol/schema/schema.ts';
import { auditLine } from '../../../auth/audit-line.ts';
import { operators } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { NewAudit } from '../../../store/interface/audit.ts';
import type { Store } from '../../../store/interface/store.ts';

interface Needs {
  store: Store;
  now(): Date;
}

const params = strict({ id: Id });
const response = { 204: Type.Null() };

/** Keeps a host where it is. */
export const holdHost = route({
  method: 'POST',
  url: '/v1/hosts/:id/hold',
  access: operators,
  summary: 'Holds a host on the version it runs, or releases the hold',
  schema: { params, body: HoldRequest, response },
  handler: (needs: Needs) => (request, reply) => {
    const { held } = request.body;
    return change(needs, request, reply, held ? 'hold' : 'let go', (id, line) =>
      needs.store.hold(id, held, line),
    );
  },
});

/** Allows a host one version. */
export const pinHost = route({
  method: 'POST',
  url: '/v1/hosts/:id/pin',
  access: operators,
  summary: 'Pins a host to one version, or removes the pin',
  schema: { params, body: PinRequest, response },
  handler: (needs: Needs) => (request, reply) => {
    const { version } = request.body;
    return change(needs, request, reply, version ? `pin to ${version}` : 'unpin', (id, line) =>
      needs.store.pin(id, version, line),
    );
  },
});

/** Overrides the group that a host reports. */
export const groupHost = route({
  method: 'POST',
  url: '/v1/hosts/:id/group',
  access: operators,
  summary: 'Sets a host’s group in rollouts, or uses its own again',
  schema: { params, body: GroupRequest, response },
  handler: (needs: Needs) => (request, reply) => {
    const { group } = request.body;
    const action = group ? `put into group ${group}` : 'leave its group to the host';
    return change(needs, request, reply, action, (id, line) => needs.store.place(id, group, line));
  },
});

/** Vouches for a host that enrolled without a join token. */
export const approveHost = route({
  method: 'POST',
  url: '/v1/hosts/:id/approve',
  access: operators,
  summary: 'Approves a host that enrolled without a join token',
  schema: { params, body: strict({}), response },
  handler: (needs: Needs) => (request, reply) =>
    change(needs, request, reply, 'approve', (id, line) => needs.store.approve(id, line)),
});

/** Removes a host's record. */
export const forgetHost = route({
  method: 'DELETE',
  url: '/v1/hosts/:id',
  access: operators,
  summary: 'Deletes a host’s record and credential',
  schema: { params, response },
  handler: (needs: Needs) => (request, reply) =>
    change(needs, request, reply, 'forget', (id, line) => needs.store.forget(id, line)),
});

/** Carries out what an operator decided about one host, and records who did. */
async function change(
  { now }: Needs,
  { params: { id }, operator }: { params: { id: string }; operator: TokenInfo },
  reply: FastifyReply,
  action: string,
  apply: (id: string, line: NewAudit) => Promise<boolean>,
): Promise<null> {
  const isKnown = await apply(id, auditLine(operator, now(), action, { kind: 'host', id }));
  if (!isKnown) throw new InterlockError('not_found', { what: `host ${id}` });
  reply.code(204);
  return null;
}
