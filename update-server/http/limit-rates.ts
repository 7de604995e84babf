import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { RouteRules } from '../routing/route.ts';

const minuteMs = 60_000;
/** Calls with one token to one route: more than pages and scripts need, less than what would starve hosts. */
const callsAMinute = 1200;

/** Limits calls by address where a route says so, and operators' calls by token; known hosts are limited by the server's load alone. */
export function limitRates(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const limit = route.config?.rules && limitOf(route.config.rules);
    if (limit) route.config = { ...route.config, rateLimit: { timeWindow: minuteMs, ...limit } };
  });
  void app.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, { max }) => new InterlockError('too_many', { limit: max }),
  });
}

function limitOf({ access, limit }: RouteRules) {
  if (limit) {
    const { max, exempt } = limit;
    return exempt ? { max, hook: 'preHandler' as const, allowList: exempt } : { max };
  }
  if (typeof access === 'string') return undefined;
  const keyGenerator = ({ operator }: FastifyRequest) => operator.id;
  return { max: callsAMinute, hook: 'preHandler' as const, keyGenerator };
}
