import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { type HostAction, Reason } from '../../../../protocol/api/hosts.ts';
import { GroupRequest, HoldRequest, PinRequest, type TokenInfo } from '../../../../protocol/api/operator.ts';
import { Id, strict } from '../../../../protocol/schema/schema.ts';
import { operators } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import { applyAction, type ChangeNeeds } from './apply-action.ts';

const params = strict({ id: Id });
const response = { 204: Type.Null() };
const reason = Type.Optional(Reason);

/** Keeps a host where it is. */
export const holdHost = route({
  method: 'POST',
  url: '/v1/hosts/:id/hold',
  access: operators,
  summary: 'Holds a host on the version it runs, or releases the hold',
  schema: { params, body: strict({ ...HoldRequest.properties, reason }), response },
  handler: (needs: ChangeNeeds) => (request, reply) =>
    change(needs, request, reply, { action: request.body.held ? 'hold' : 'unhold' }, request.body.reason),
});

/** Allows a host one version. */
export const pinHost = route({
  method: 'POST',
  url: '/v1/hosts/:id/pin',
  access: operators,
  summary: 'Pins a host to one version, or removes the pin',
  schema: { params, body: strict({ ...PinRequest.properties, reason }), response },
  handler: (needs: ChangeNeeds) => (request, reply) => {
    const { version, reason } = request.body;
    return change(needs, request, reply, version ? { action: 'pin', version } : { action: 'unpin' }, reason);
  },
});

/** Overrides the group that a host reports. */
export const groupHost = route({
  method: 'POST',
  url: '/v1/hosts/:id/group',
  access: operators,
  summary: 'Sets a host’s group in rollouts, or uses its own again',
  schema: { params, body: strict({ ...GroupRequest.properties, reason }), response },
  handler: (needs: ChangeNeeds) => (request, reply) => {
    const { group, reason } = request.body;
    return change(needs, request, reply, group ? { action: 'group', group } : { action: 'ungroup' }, reason);
  },
});

/** Vouches for a host that enrolled without a join token. */
export const approveHost = route({
  method: 'POST',
  url: '/v1/hosts/:id/approve',
  access: operators,
  summary: 'Approves a host that enrolled without a join token',
  schema: { params, body: strict({ reason }), response },
  handler: (needs: ChangeNeeds) => (request, reply) =>
    change(needs, request, reply, { action: 'approve' }, request.body.reason),
});

/** Removes a host's record. */
export const forgetHost = route({
  method: 'DELETE',
  url: '/v1/hosts/:id',
  access: operators,
  summary: 'Deletes a host’s record and credential',
  schema: { params, querystring: strict({ reason }), response },
  handler: (needs: ChangeNeeds) => (request, reply) =>
    change(needs, request, reply, { action: 'forget' }, request.query.reason),
});

async function change(
  needs: ChangeNeeds,
  { params: { id }, operator }: { params: { id: string }; operator: TokenInfo },
  reply: FastifyReply,
  action: HostAction,
  reason: string | undefined,
): Promise<null> {
  await applyAction(needs, operator, id, action, reason);
  reply.code(204);
  return null;
}
