import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import type { EnrollRequest } from '../../protocol/api/check-in.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { access } from '../routing/access.ts';

const minuteMs = 60_000;
/** Tries to log in from one address; secrets of 256 bits are guessed no sooner, but a log stays readable. */
const loginsAMinute = 30;
/** Hosts that one address may ask to let in without a join token; a thousand may wait in all. */
const askingAMinute = 300;
/** Calls with one token to one route: more than pages and scripts need, less than what would starve hosts. */
const callsAMinute = 1200;

/** Limits logins and hosts that ask by address, and operators' calls by token; a known host's lane has no limit but the server's load. */
export function limitRates(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const limit = limitOf(route);
    if (limit) route.config = { ...route.config, rateLimit: { timeWindow: minuteMs, ...limit } };
  });
  void app.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, { max }) => new InterlockError('too_many', { limit: max }),
  });
}

function limitOf({ method, url }: RouteOptions) {
  const route = `${[method].flat()[0]} ${url}`;
  if (route === 'POST /v1/session') return { max: loginsAMinute };
  if (route === 'POST /v1/enroll') {
    const isAsking = ({ body }: FastifyRequest) =>
      (body as EnrollRequest | undefined)?.joinToken === undefined;
    return {
      max: askingAMinute,
      hook: 'preHandler' as const,
      allowList: (request: FastifyRequest) => !isAsking(request),
    };
  }
  const needed = access[route]?.for;
  if (typeof needed === 'string' || !needed) return undefined;
  const keyGenerator = ({ operator }: FastifyRequest) => operator.id;
  return { max: callsAMinute, hook: 'preHandler' as const, keyGenerator };
}
