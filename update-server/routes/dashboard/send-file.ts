import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PageFile } from '../../ui/bundle.ts';

/** Only what this server sends runs in the page, and no other page may frame it. */
const policy =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const encodings = { brotli: 'br', gzip: 'gzip' };

/** Sends one of the dashboard's files in the smallest form that the browser takes. */
export function sendFile(file: PageFile, path: string, request: FastifyRequest, reply: FastifyReply) {
  const accepted = request.headers['accept-encoding'] ?? '';
  const form = (['brotli', 'gzip'] as const).find((name) => accepted.includes(encodings[name]));
  // a strong tag is one form's alone
  const etag = `"${file.hash}${form ? `-${form}` : ''}"`;
  reply.headers({
    etag,
    vary: 'accept-encoding',
    'cache-control': isLasting(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': policy,
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return reply.code(304).send();
  if (form) reply.header('content-encoding', encodings[form]);
  return reply.type(file.type).send(form ? file[form] : file.bytes);
}

/** Chunks carry their hash in the name. */
function isLasting(path: string): boolean {
  return /-[\w-]{8}\.js$/.test(path);
}
