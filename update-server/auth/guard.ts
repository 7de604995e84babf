import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Role, TokenInfo } from '../../protocol/api/operator.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { access } from '../routing/access.ts';
import type { DeskPorts } from '../routing/ports.ts';
import type { HostRecord } from '../store/interface/store.ts';
import { bearerOf, whoCalls } from './authenticate.ts';
import { hashSecret } from './secret.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The bearer, on routes for operators. */
    operator: TokenInfo;
    /** The host, on routes for hosts. */
    caller: HostRecord;
  }
}

/** Checks every request against the table of access before its body is read. */
export function guardRoutes(app: FastifyInstance, ports: DeskPorts): void {
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
    const needed = access[`${method} ${routeOptions.url}`]?.for;
    if (needed === 'anyone') return;
    if (!needed) throw new InterlockError('unauthorized');
    if (needed === 'host') request.caller = await hostOf(request);
    else request.operator = await operatorOf(request, needed);
  });

  async function hostOf(request: FastifyRequest): Promise<HostRecord> {
    const secret = bearerOf(request);
    const host = secret && (await ports.store.hostByCredential(hashSecret(secret)));
    if (!host) throw new InterlockError('unauthorized');
    return host;
  }

  async function operatorOf(request: FastifyRequest, roles: readonly Role[]): Promise<TokenInfo> {
    const token = await whoCalls(ports, request);
    if (!token) throw new InterlockError('unauthorized');
    const action = `${request.method} ${request.routeOptions.url}`;
    if (!roles.includes(token.role)) throw new InterlockError('forbidden', { role: token.role, action });
    return token;
  }
}
