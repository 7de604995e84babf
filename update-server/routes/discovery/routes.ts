import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { hashSecret } from '../../auth/secret.ts';
import { firstSince, indexOf, type Registry } from '../../domain/discovery/registry.ts';
import {
  type FailureKind,
  folderNode,
  keyOf,
  memberNode,
  type Node,
  sizeNode,
  v2Failure,
} from '../../domain/discovery/v2-answers.ts';
import type { Arrivals } from '../../live/arrivals.ts';
import { route } from '../../routing/route.ts';
import type { Store } from '../../store/interface/store.ts';
import { readRegistration } from './read-registration.ts';
import { waitForMember } from './wait-for-member.ts';

interface Needs {
  store: Store;
  arrivals: Arrivals;
  now(): Date;
}

/** A member asks some five times, and many may share an address. */
const limit = { max: 600 };
const params = { token: Type.String(), member: Type.String() };
const query = Type.Object({ wait: Type.Optional(Type.String()), waitIndex: Type.Optional(Type.String()) });
const response = { 200: Type.Any() };

const showSize = route({
  method: 'GET',
  url: '/discovery/:token/_config/size',
  access: 'anyone',
  summary: 'How many members an etcd cluster begins with (etcd’s v2 API, for `--discovery`)',
  limit,
  schema: { params: Type.Object({ token: params.token }), response },
  handler:
    ({ store, now }: Needs) =>
    async ({ params: { token } }, reply) => {
      const registry = await store.registry(hashSecret(token), now().toISOString());
      if (!registry) return refuse(reply, 'unknown', keyOf(token));
      return answer(reply, registry, 'get', sizeNode(token, registry));
    },
});

const showMembers = route({
  method: 'GET',
  url: '/discovery/:token',
  access: 'anyone',
  summary: 'The members that registered; with `wait=true` the next one, for up to a minute',
  limit,
  schema: { params: Type.Object({ token: params.token }), querystring: query, response },
  handler: (needs: Needs) => (request, reply) => showOrWait(needs, request, reply, request.params),
});

const showMember = route({
  method: 'GET',
  url: '/discovery/:token/:member',
  access: 'anyone',
  summary: 'One member that registered; with `wait=true` once it has',
  limit,
  schema: { params: Type.Object(params), querystring: query, response },
  handler: (needs: Needs) => (request, reply) => showOrWait(needs, request, reply, request.params),
});

const addMember = route({
  method: 'PUT',
  url: '/discovery/:token/:member',
  access: 'anyone',
  summary: 'Registers a member, once',
  limit,
  takesBytes: true,
  schema: { params: Type.Object(params), response: { 201: Type.Any() } },
  handler:
    ({ store, arrivals, now }: Needs) =>
    async ({ params: { token, member: id }, body }, reply) => {
      const hash = hashSecret(token);
      const member = await readRegistration(id, body);
      if (!member) return refuse(reply, 'value', 'give an id of 16 hex digits, and value=NAME=PEER-URL');
      const done = await store.register(hash, member, now().toISOString());
      if (!done) return refuse(reply, 'unknown', keyOf(token));
      const { outcome, registry } = done;
      if (outcome !== 'registered') return refuse(reply, outcome, keyOf(token, id), registry);
      arrivals.announce(hash);
      const node = memberNode(token, member, indexOf(registry));
      return answer(reply.code(201), registry, 'create', node);
    },
});

/** What etcd 3.4 and 3.5 ask of `--discovery`: a token is the only credential, and makes nobody a member by itself. */
export const discoveryRoutes = [showSize, showMembers, showMember, addMember];

async function showOrWait(
  { store, arrivals, now }: Needs,
  { query: { wait, waitIndex } }: FastifyRequest<{ Querystring: { wait?: string; waitIndex?: string } }>,
  reply: FastifyReply,
  { token, member: id }: { token: string; member?: string },
): Promise<unknown> {
  const hash = hashSecret(token);
  const read = () => store.registry(hash, now().toISOString());
  if (wait !== 'true') {
    const registry = await read();
    const node = registry && (id === undefined ? folderNode(token, registry) : nodeOf(token, registry, id));
    const key = keyOf(token, ...(registry && id !== undefined ? [id] : []));
    return node ? answer(reply, registry, 'get', node) : refuse(reply, 'unknown', key, registry);
  }
  if (waitIndex !== undefined && !/^\d{1,15}$/.test(waitIndex)) return refuse(reply, 'index', 'waitIndex');
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const wanted = { key: hash, since: waitIndex === undefined ? undefined : Number(waitIndex), id };
  const { registry, found } = await waitForMember(arrivals, read, wanted, gone.signal);
  if (!registry) return refuse(reply, 'unknown', keyOf(token));
  if (found) return answer(reply, registry, 'create', memberNode(token, found.member, found.index));
  return reply.header('x-etcd-index', indexOf(registry)).type('application/json').send('');
}

function nodeOf(token: string, registry: Registry, id: string): Node | undefined {
  const found = firstSince(registry, 0, id);
  return found && memberNode(token, found.member, found.index);
}

function answer(reply: FastifyReply, registry: Registry, action: 'get' | 'create', node: Node): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .header('x-etcd-index', indexOf(registry))
    .send({ action, node });
}

function refuse(reply: FastifyReply, kind: FailureKind, cause: string, registry?: Registry): FastifyReply {
  const { http, body } = v2Failure(kind, cause, registry);
  return reply.code(http).header('cache-control', 'no-store').header('x-etcd-index', body.index).send(body);
}
