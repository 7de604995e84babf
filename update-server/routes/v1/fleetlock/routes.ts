import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { FleetLockRequest } from '../../../../protocol/lock/fleet-lock.ts';
import { type ForeignHosts, requireForeignHost } from '../../../auth/foreign-host.ts';
import type { FleetLocks } from '../../../locks/fleet-locks.ts';
import { route } from '../../../routing/route.ts';

interface Needs extends ForeignHosts {
  /** Missing when the server was given no etcd. */
  fleetLocks?: FleetLocks | undefined;
}

/** Clients ask once a minute while they wait; many may share an address. */
const limit = { max: 600 };
const schema = { body: FleetLockRequest, response: { 200: Type.Object({}) } };
const bodyLimit = 4096;

const takePlace = route({
  method: 'POST',
  url: '/v1/pre-reboot',
  access: 'anyone',
  summary:
    'FleetLock: takes a place for a foreign host, which needs a token unless the server is open to all',
  limit,
  bodyLimit,
  // Zincati names no type
  untyped: true,
  schema,
  handler: (needs: Needs) => (request, reply) => serve(needs, request, reply, 'take'),
});

const givePlace = route({
  method: 'POST',
  url: '/v1/steady-state',
  access: 'anyone',
  summary: 'FleetLock: gives the place of a foreign host back, if it has one',
  limit,
  bodyLimit,
  // Zincati names no type
  untyped: true,
  schema,
  handler: (needs: Needs) => (request, reply) => serve(needs, request, reply, 'give'),
});

/** FleetLock 1, for hosts that are not ours: Fedora CoreOS among them. */
export const fleetLockRoutes = [takePlace, givePlace];

async function serve(
  needs: Needs,
  request: FastifyRequest<{ Body: FleetLockRequest }>,
  reply: FastifyReply,
  what: 'take' | 'give',
): Promise<object> {
  await requireForeignHost(needs, request);
  if (request.headers['fleet-lock-protocol'] !== 'true') {
    throw new InterlockError('bad_input', { what: 'header fleet-lock-protocol', problem: 'is not true' });
  }
  if (!needs.fleetLocks) throw new InterlockError('fleetlock_off');
  const { group, id } = request.body.client_params;
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  await needs.fleetLocks[what](group, id, gone.signal);
  reply.header('cache-control', 'no-store');
  return {};
}
