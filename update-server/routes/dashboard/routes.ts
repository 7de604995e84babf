import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { App } from '../../routing/app.ts';
import type { Ports } from '../../routing/ports.ts';
import { type Bundle, bundleDashboard, type PageFile } from '../../ui/bundle.ts';

/** Only what this server sends runs in the page, and no other page may frame it. */
const policy =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/** Paths of programs; a mistake in one is answered as programs want it. */
const forPrograms = /^\/(v1|assets|metrics|healthz|readyz)(\/|$)/;
/** How long a failure to bundle stands before it is tried again. */
const pauseMs = 10_000;
const anyText = { schema: { response: { 200: Type.Unsafe<unknown>(Type.String()) } } };

/** Serves the operators' page; it is bundled when first asked for, and the server does its work without it. */
export function dashboardRoutes(app: App, ports: Ports): void {
  let bundling: Promise<Bundle> | undefined;
  let triedMs = 0;
  const files = async () => {
    if (!bundling) triedMs = Date.now();
    bundling ??= (ports.dashboard ?? bundleDashboard)();
    try {
      return (await bundling).files;
    } catch (cause) {
      if (Date.now() - triedMs > pauseMs) bundling = undefined;
      const problem = `the page cannot be bundled: ${(cause as Error).message}`;
      throw new InterlockError('server_unready', { problem }, { cause });
    }
  };

  async function show(path: string, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const file = (await files()).get(path);
    if (!file) throw new InterlockError('not_found', { what: `GET ${path}` });
    return sendFile(file, isLasting(path), request, reply);
  }

  app.get('/', anyText, (request, reply) => show('/', request, reply));
  app.get('/assets/*', anyText, (request, reply) => show(pathOf(request), request, reply));
  app.get('/*', anyText, async (request, reply) => {
    const path = pathOf(request);
    const isForPeople = request.headers.accept?.includes('text/html') && !forPrograms.test(path);
    if (!isForPeople) throw new InterlockError('not_found', { what: `GET ${path}` });
    return show('/', request, reply);
  });
}

function sendFile(file: PageFile, isLastingFile: boolean, request: FastifyRequest, reply: FastifyReply) {
  const accepted = request.headers['accept-encoding'] ?? '';
  const form = (['brotli', 'gzip'] as const).find((name) => accepted.includes(encodings[name]));
  // a strong tag is one form's alone
  const etag = `"${file.hash}${form ? `-${form}` : ''}"`;
  reply.headers({
    etag,
    vary: 'accept-encoding',
    'cache-control': isLastingFile ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': policy,
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return reply.code(304).send();
  if (form) reply.header('content-encoding', encodings[form]);
  return reply.type(file.type).send(form ? file[form] : file.bytes);
}

const encodings = { brotli: 'br', gzip: 'gzip' };

/** Chunks carry their hash in the name. */
function isLasting(path: string): boolean {
  return /-[\w-]{8}\.js$/.test(path);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? '/';
}
