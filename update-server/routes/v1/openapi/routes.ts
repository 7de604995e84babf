import { route } from '../../../routing/route.ts';

const showDescription = route({
  method: 'GET',
  url: '/v1/openapi.json',
  access: 'anyone',
  summary: 'This OpenAPI description',
  schema: { hide: true },
  handler: () => {
    // made once: routes are fixed from the start on, and strangers who ask again and again must cost little
    let text: string | undefined;
    return async (request, reply) => {
      text ??= JSON.stringify(request.server.swagger());
      return reply.type('application/json; charset=utf-8').send(text);
    };
  },
});

/** The interface, described by its own routes. */
export const openapiRoutes = [showDescription];
