import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Access } from '../routing/access.ts';

const schemes = {
  operator: { type: 'http', scheme: 'bearer', description: 'A token of `interlock token create`' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'interlock',
    description: 'The dashboard’s, from `POST /v1/session`; changes also need the header `x-interlock: 1`',
  },
  host: { type: 'http', scheme: 'bearer', description: 'The credential that enrollment gave the host' },
} as const;
const failure = Type.Object(
  { kind: Type.String(), value: Type.String(), details: Type.Object({}) },
  { description: 'A failure of the error table (docs/reference/errors.md)' },
);

/** Describes the interface as OpenAPI 3.1, from what each route says of itself. */
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
      const { access = 'anyone', summary = '' } = route.config?.rules ?? {};
      const description = typeof access === 'string' ? '' : `For ${access.join(', ')}.`;
      const response = { default: failure, ...((schema?.response as object) ?? { 200: { type: 'string' } }) };
      return { url, schema: { ...schema, response, security: securityOf(access), summary, description } };
    },
  });
}

function securityOf(access: Access): Record<string, string[]>[] {
  if (access === 'anyone') return [];
  return access === 'host' ? [{ host: [] }] : [{ operator: [] }, { session: [] }];
}
