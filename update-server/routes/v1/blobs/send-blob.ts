import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import type { Blobs } from '../../../blobs/files.ts';
import { wantedRange } from '../../../blobs/range.ts';
import type { Scrub } from '../../../blobs/scrub.ts';
import type { Store } from '../../../store/interface/store.ts';

/** Where a blob is looked up, read, and checked for rot. */
export interface SendSources {
  store: Store;
  blobs: Blobs;
  scrub?: Scrub | undefined;
}

/** Answers GET and HEAD of a blob that a published release names; reading waits for the reader. */
export async function sendBlob(
  { store, blobs, scrub }: SendSources,
  sha256: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const missing = () => new InterlockError('not_found', { what: `blob ${sha256}` });
  const published = await store.publishedBlob(sha256);
  if (!published) throw missing();
  const { received: size, whole } = await blobs.state(sha256);
  if (!whole) throw missing();
  scrub?.read(published, size);
  if (size !== published.size) throw missing();

  const etag = `"${sha256}"`;
  reply.headers({
    etag,
    'accept-ranges': 'bytes',
    'cache-control': 'public, max-age=31536000, immutable',
  });
  const { range, 'if-range': ifRange, 'if-none-match': known } = request.headers;
  if (known?.split(/\s*,\s*/).some((tag) => tag === etag || tag === `W/${etag}` || tag === '*')) {
    return reply.code(304).send();
  }
  const wanted = wantedRange(size, range, ifRange as string | undefined, etag);
  if (wanted === 'unsatisfiable') {
    reply.header('content-range', `bytes */${size}`);
    throw new InterlockError('range_invalid', { range: range ?? '', size });
  }
  const { start, end, partial } = wanted;
  if (partial) reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
  reply.type('application/octet-stream').header('content-length', end - start + 1);
  if (request.method === 'HEAD' || size === 0) return reply.send();
  const { raw } = reply.hijack();
  raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
  try {
    await blobs.copy(sha256, start, end, raw);
    raw.end();
  } catch (error) {
    request.log.warn(error);
    raw.destroy();
  }
  return reply;
}
