import type { FastifyRequest } from 'fastify';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

const reading: readonly string[] = ['GET', 'HEAD'];

/**
 * Throws `cross_site` unless a request that changes something was made by our own page: it has a header that other
 * sites cannot send, and the browser names no other origin.
 */
export function requireOwnPage({ method, headers, host }: FastifyRequest): void {
  if (reading.includes(method)) return;
  const { 'sec-fetch-site': site, origin } = headers;
  if (site !== undefined && site !== 'same-origin') throw refuse(`it comes from a ${site} page`);
  // a proxy in front may have done TLS, so only the host can be compared
  if (origin !== undefined && hostOf(origin) !== host) throw refuse(`it comes from ${origin}`);
  if (headers['x-interlock'] !== '1') throw refuse('the header x-interlock: 1 is missing');
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function refuse(problem: string): InterlockError {
  return new InterlockError('cross_site', { problem });
}
