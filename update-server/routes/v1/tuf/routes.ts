import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { Type } from 'typebox';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { strict } from '../../../../protocol/schema/schema.ts';
import type { App } from '../../../routing/app.ts';
import type { Ports } from '../../../routing/ports.ts';

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
      const text = await store.metadataFile(file);
      return /^\d+\./.test(file) ? sendForever(request, reply, text) : sendLatest(request, reply, text);
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
      sendForever(request, reply, await store.targetFile(request.params['*'])),
  });
}

/** No tag: nobody asks again for what never changes, and a host pays for each byte of a head. */
function sendForever({ url }: FastifyRequest, reply: FastifyReply, text: string | undefined): FastifyReply {
  return send(reply.header('cache-control', immutable), url, text);
}

function sendLatest(request: FastifyRequest, reply: FastifyReply, text: string | undefined): FastifyReply {
  const etag = text !== undefined && `"${createHash('sha256').update(text).digest('hex')}"`;
  reply.headers({ 'cache-control': 'no-cache', ...(etag && { etag }) });
  if (etag && request.headers['if-none-match'] === etag) return reply.code(304).send();
  return send(reply, request.url, text);
}

function send(reply: FastifyReply, what: string, text: string | undefined): FastifyReply {
  if (text === undefined) throw new InterlockError('not_found', { what });
  return reply.type('application/json').send(Buffer.from(text));
}
