import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { route } from '../../routing/route.ts';
import type { Page } from '../../ui/page.ts';
import { sendFile } from './send-file.ts';

/** Paths of programs; a mistake in one is answered as programs want it. */
const forPrograms = /^\/(v1|assets|metrics|healthz|readyz)(\/|$)/;
const schema = { response: { 200: Type.Unsafe<unknown>(Type.String()) } };

interface Needs {
  page: Page;
}

const document = route({
  method: 'GET',
  url: '/',
  access: 'anyone',
  summary: 'The dashboard',
  schema,
  handler: (needs: Needs) => (request, reply) => show(needs, '/', request, reply),
});

const assets = route({
  method: 'GET',
  url: '/assets/*',
  access: 'anyone',
  summary: 'Files of the dashboard',
  schema,
  handler: (needs: Needs) => (request, reply) => show(needs, pathOf(request), request, reply),
});

const addresses = route({
  method: 'GET',
  url: '/*',
  access: 'anyone',
  summary: 'The dashboard, at each of its addresses',
  schema,
  handler: (needs: Needs) => async (request, reply) => {
    const path = pathOf(request);
    const isForPeople = request.headers.accept?.includes('text/html') && !forPrograms.test(path);
    if (!isForPeople) throw new InterlockError('not_found', { what: `GET ${path}` });
    return show(needs, '/', request, reply);
  },
});

/** Serves the dashboard. */
export const dashboardRoutes = [document, assets, addresses];

async function show(
  { page }: Needs,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const file = (await page()).files.get(path);
  if (!file) throw new InterlockError('not_found', { what: `GET ${path}` });
  return sendFile(file, path, request, reply);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? '/';
}
