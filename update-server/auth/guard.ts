import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Role, TokenInfo } from '../../protocol/api/operator.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { HostRecord } from '../store/interface/hosts.ts';
import { authenticate, bearerOf, type TokenSource } from './authenticate.ts';
import { hashSecret } from './secret.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The bearer, on routes for operators. */
    operator: TokenInfo;
    /** The host, on routes for hosts. */
    caller: HostRecord;
  }
}

/** Checks every request against the access of its route before its body is read. */
export function guardRoutes(app: FastifyInstance, source: TokenSource): void {
  app.decorateRequest('operator', null as never);
  app.decorateRequest('caller', null as never);
  app.addHook('onRoute', ({ method, url, config }) => {
    if (!config?.rules) throw new Error(`no access rule for ${[method].flat().join(' ')} ${url}`);
  });
  app.addHook('onRequest', async (request) => {
    const { url, config } = request.routeOptions;
    if (!url) return;
    const needed = config.rules?.access;
    if (needed === 'anyone') return;
    if (!needed) throw new InterlockError('unauthorized');
    if (needed === 'host') request.caller = await hostOf(request);
    else request.operator = await operatorOf(request, needed);
  });

  async function hostOf(request: FastifyRequest): Promise<HostRecord> {
    const secret = bearerOf(request);
    const host = secret && (await source.store.hostByCredential(hashSecret(secret)));
    if (!host) throw unauthorized(request);
    return host;
  }

  async function operatorOf(request: FastifyRequest, roles: readonly Role[]): Promise<TokenInfo> {
    const token = await authenticate(source, request);
    if (!token) throw unauthorized(request);
    const action = `${request.method} ${request.routeOptions.url}`;
    if (!roles.includes(token.role)) throw new InterlockError('forbidden', { role: token.role, action });
    return token;
  }
}

function unauthorized(request: FastifyRequest): InterlockError {
  const why = bearerOf(request)
    ? ': the one that was sent is not known here, or was revoked'
    : ': none was sent';
  return new InterlockError('unauthorized', { why });
}
