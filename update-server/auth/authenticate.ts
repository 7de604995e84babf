import type { FastifyRequest } from 'fastify';
import type { TokenInfo } from '../../protocol/api/operator.ts';
import type { Store } from '../store/interface/store.ts';
import { requireOwnPage } from './own-page.ts';
import { hashSecret } from './secret.ts';
import { sessionOf, sessionTimes } from './session.ts';

/** Where tokens and sessions are looked up. */
export interface TokenSource {
  store: Store;
  now(): Date;
  /** The server is reached by TLS only. */
  secure: boolean;
}

/**
 * The live token behind a request, by bearer or by the dashboard's cookie. A bearer is sent on purpose; a cookie is sent by
 * browsers unasked, so a change by cookie must come from our page. Throws `cross_site`.
 */
export async function authenticate(
  { store, now, secure }: TokenSource,
  request: FastifyRequest,
): Promise<TokenInfo | undefined> {
  if (request.headers.authorization !== undefined) {
    const secret = bearerOf(request);
    return secret ? store.tokenByHash(hashSecret(secret), now().toISOString()) : undefined;
  }
  const session = sessionOf(request, secure);
  if (!session) return undefined;
  const token = await store.tokenBySession(hashSecret(session), sessionTimes(now()));
  if (token) requireOwnPage(request);
  return token;
}

/** The secret that a program sends. */
export function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer ([\w.~+/=-]{1,256})$/i.exec(headers.authorization ?? '')?.[1];
}
