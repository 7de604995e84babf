import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { Type } from 'typebox';
import { InterlockError } from '../../protocol/errors.ts';
import { strict } from '../../protocol/schema.ts';
import type { App } from '../app.ts';
import type { Ports } from '../ports.ts';

const method: HTTPMethods[] = ['GET', 'HEAD'];
const immutable = 'public, max-age=31536000, immutable';

/** Signed metadata and targets as plain files; everything but `timestamp.json` never changes under its name. */
export function tufRoutes(app: App, { store }: Ports): void {
  app.route({
    method,
    url: '/v1/tuf/metadata/:file',
    schema: { params: strict({ file: Type.String({ maxLength: 128 }) }), response: { 200: Type.Any() } },
    handler: async (request, reply) => {
      const { file } = request.params;
      const isVersioned = /^\d+\./.test(file);
      return sendText(request, reply, await store.metadataFile(file), isVersioned ? immutable : 'no-cache');
    },
  });
  app.route({
    method,
    url: '/v1/tuf/targets/*',
    schema: {
      params: strict({ '*': Type.String({ maxLength: 512 }) }),
      response: { 200: Type.Any() },
    },
    handler: async (request, reply) =>
      sendText(request, reply, await store.targetFile(request.params['*']), immutable),
  });
}

function sendText(
  request: FastifyRequest,
  reply: FastifyReply,
  text: string | undefined,
  cacheControl: string,
): FastifyReply {
  if (text === undefined) throw new InterlockError('not_found', { what: request.url });
  const etag = `"${createHash('sha256').update(text).digest('hex')}"`;
  reply.headers({ etag, 'cache-control': cacheControl });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  return reply.type('application/json').send(Buffer.from(text));
}
