import { route } from '../../../routing/route.ts';

const showDescription = route({
  method: 'GET',
  url: '/v1/openapi.json',
  access: 'anyone',
  summary: 'This OpenAPI description',
  schema: { hide: true },
  handler: () => async (request) => request.server.swagger(),
});

/** The interface, described by its own routes. */
export const openapiRoutes = [showDescription];
