import { Type } from 'typebox';
import { operators } from '../../routing/access.ts';
import { route } from '../../routing/route.ts';
import { makeDiscoveryToken, type TokenNeeds } from '../v1/discovery/make-token.ts';

const query = Type.Object({ size: Type.Optional(Type.String({ pattern: '^[1-9]$' })) });

const makeUrl = route({
  // a GET that adds something: etcd’s own service is asked so, and our cookie is not sent from other sites
  method: ['GET', 'POST', 'PUT'],
  url: '/new',
  access: operators,
  summary:
    'A discovery URL for an etcd cluster of `size` members (3 at first), as etcd’s own service answers it',
  schema: { querystring: query, response: { 200: Type.String() } },
  handler: (needs: TokenNeeds) => async (request, reply) => {
    const { size } = request.query;
    const { url } = await makeDiscoveryToken(needs, request, size === undefined ? undefined : Number(size));
    return reply.header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(url);
  },
});

/** The address that scripts for etcd’s own service ask. */
export const newRoutes = [makeUrl];
