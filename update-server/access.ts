import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InterlockError } from '../protocol/errors.ts';
import type { Role, TokenInfo } from '../protocol/operator.ts';
import { hashSecret } from './secret.ts';
import type { HostRecord, Store } from './store/store.ts';

type Access = 'anyone' | 'host' | readonly Role[];
const readers: Access = ['viewer', 'publisher', 'operator', 'admin'];
const publishers: Access = ['publisher', 'admin'];
const operators: Access = ['operator', 'admin'];

/** Who may call what; a route without a line here keeps the server from starting. */
export const access: Readonly<Record<string, Access>> = {
  'GET /healthz': 'anyone',
  'GET /readyz': 'anyone',
  'GET /v1/tuf/metadata/:file': 'anyone',
  'HEAD /v1/tuf/metadata/:file': 'anyone',
  'GET /v1/tuf/targets/*': 'anyone',
  'HEAD /v1/tuf/targets/*': 'anyone',
  'GET /v1/blobs/:sha256': 'anyone',
  'HEAD /v1/blobs/:sha256': 'anyone',
  'POST /v1/enroll': 'anyone',
  'POST /v1/check-in': 'host',
  'POST /v1/reports': 'host',
  'POST /v1/blobs/wanted': publishers,
  'PUT /v1/blobs/:sha256': publishers,
  'POST /v1/publish': publishers,
  'GET /v1/releases': readers,
  'GET /v1/channels/:name': readers,
  'GET /v1/hosts': readers,
  'GET /v1/hosts/:id': readers,
  'POST /v1/hosts/:id/hold': operators,
  'DELETE /v1/hosts/:id': operators,
  'POST /v1/hosts/:id/pin': operators,
  'POST /v1/hosts/:id/group': operators,
  'POST /v1/hosts/:id/approve': operators,
  'GET /v1/rollouts': readers,
  'GET /v1/rollouts/:id': readers,
  'POST /v1/rollouts': operators,
  'POST /v1/rollouts/preview': readers,
  'POST /v1/rollouts/:id/:action': operators,
  'GET /v1/policies/:name/:channel': readers,
  'PUT /v1/policies/:name/:channel': operators,
  'GET /v1/audit': readers,
};

declare module 'fastify' {
  interface FastifyRequest {
    /** The bearer, on routes for operators. */
    operator: TokenInfo;
    /** The host, on routes for hosts. */
    caller: HostRecord;
  }
}

/** Checks every request against the table before its body is read. */
export function guardRoutes(app: FastifyInstance, store: Store): void {
  app.decorateRequest('operator', null as never);
  app.decorateRequest('caller', null as never);
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) {
      if (!access[`${name} ${url}`]) throw new Error(`no access rule for ${name} ${url}`);
    }
  });
  app.addHook('onRequest', async (request) => {
    const { method, routeOptions } = request;
    if (!routeOptions.url) return;
    const needed = access[`${method} ${routeOptions.url}`];
    if (needed === 'anyone') return;
    const secret = /^Bearer ([\w.~+/=-]{1,256})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (!needed || !secret) throw new InterlockError('unauthorized');
    if (needed === 'host') await admitHost(request, secret);
    else await admitOperator(request, secret, needed);
  });

  async function admitHost(request: FastifyRequest, secret: string): Promise<void> {
    const host = await store.hostByCredential(hashSecret(secret));
    if (!host) throw new InterlockError('unauthorized');
    request.caller = host;
  }

  async function admitOperator(request: FastifyRequest, secret: string, roles: readonly Role[]) {
    const token = await store.tokenByHash(hashSecret(secret));
    if (!token) throw new InterlockError('unauthorized');
    const action = `${request.method} ${request.routeOptions.url}`;
    if (!roles.includes(token.role)) throw new InterlockError('forbidden', { role: token.role, action });
    request.operator = token;
  }
}
