import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { access } from '../routing/access.ts';
import type { App } from '../routing/app.ts';

const schemes = {
  operator: { type: 'http', scheme: 'bearer', description: 'A token of `interlock token create`' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'interlock',
    description: 'The page’s, from `POST /v1/session`; changes also need the header `x-interlock: 1`',
  },
  host: { type: 'http', scheme: 'bearer', description: 'The credential that enrolment gave the host' },
} as const;
const ofHosts = { anyone: [], host: [{ host: [] }] };
const failure = Type.Object(
  { kind: Type.String(), value: Type.String(), details: Type.Object({}) },
  { description: 'A failure of the error table (docs/errors.md)' },
);

/** Describes the interface as OpenAPI 3.1 at `/v1/openapi.json`, from the routes' own schemas and the table of access. */
export function describeApi(app: FastifyInstance): void {
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Interlock update server',
        description: 'What hosts, publishers and operators say to an update server.',
        version: '1',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: schemes },
    },
    transform: ({ schema, url, route }) => {
      const rule = access[`${[route.method].flat()[0]} ${url}`];
      const who = rule?.for ?? 'anyone';
      const security = typeof who === 'string' ? ofHosts[who] : [{ operator: [] }, { session: [] }];
      const roles = typeof who === 'string' ? '' : `For ${who.join(', ')}.`;
      const response = { default: failure, ...((schema?.response as object) ?? { 200: { type: 'string' } }) };
      return {
        url,
        schema: { ...schema, response, security, summary: rule?.summary ?? '', description: roles },
      };
    },
  });
}

/** Shows the description. */
export function apiRoutes(app: App): void {
  app.get('/v1/openapi.json', { schema: { hide: true } as object }, async () =>
    (app as unknown as FastifyInstance).swagger(),
  );
}
