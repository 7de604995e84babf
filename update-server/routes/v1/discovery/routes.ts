import { DiscoveryMade, DiscoveryRequest } from '../../../../protocol/api/discovery.ts';
import { operators } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import { makeDiscoveryToken, type TokenNeeds } from './make-token.ts';

const makeToken = route({
  method: 'POST',
  url: '/v1/discovery',
  access: operators,
  summary: 'Creates a token by which the members of an etcd cluster find each other',
  schema: { body: DiscoveryRequest, response: { 200: DiscoveryMade } },
  handler: (needs: TokenNeeds) => (request, reply) => {
    reply.header('cache-control', 'no-store');
    return makeDiscoveryToken(needs, request, request.body.size);
  },
});

/** How operators begin a cluster of etcd. */
export const discoveryTokenRoutes = [makeToken];
