import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { strict } from '../../../../protocol/schema/schema.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';

const immutable = 'public, max-age=31536000, immutable';

const sendMetadata = route({
  method: ['GET', 'HEAD'],
  url: '/v1/tuf/metadata/:file',
  access: 'anyone',
  summary: 'Signed metadata',
  schema: { params: strict({ file: Type.String({ maxLength: 128 }) }), response: { 200: Type.Any() } },
  handler:
    ({ store }: { store: Store }) =>
    async (request, reply) => {
      const { file } = request.params;
      const text = await store.metadataFile(file);
      return /^\d+\./.test(file) ? sendForever(request, reply, text) : sendLatest(request, reply, text);
    },
});

const sendTarget = route({
  method: ['GET', 'HEAD'],
  url: '/v1/tuf/targets/*',
  access: 'anyone',
  summary: 'Signed target files: release.json and channel documents',
  schema: { params: strict({ '*': Type.String({ maxLength: 512 }) }), response: { 200: Type.Any() } },
  handler:
    ({ store }: { store: Store }) =>
    async (request, reply) =>
      sendForever(request, reply, await store.targetFile(request.params['*'])),
});

/** Signed metadata and targets as plain files; everything but `timestamp.json` never changes under its name. */
export const tufRoutes = [sendMetadata, sendTarget];

/** No ETag: these files never change, and a host pays for each byte of a header. */
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
