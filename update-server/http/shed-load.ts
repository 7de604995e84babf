import type { FastifyInstance } from 'fastify';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { awaySecondsNow, type LoadWatch } from '../load/watch-load.ts';

/**
 * Keeps the server usable while too many hosts ask: reports are always taken, operators and publishers always
 * served; routes that say so, such as check-ins, are refused until later.
 */
export function shedLoad(app: FastifyInstance, watch: LoadWatch, onShed: () => void): void {
  app.addHook('onRequest', async ({ routeOptions }, reply) => {
    if (!routeOptions.config?.rules?.shed) return;
    watch.asked();
    if (watch.load() !== 'overload') return;
    onShed();
    reply.header('retry-after', awaySecondsNow());
    throw new InterlockError('overloaded');
  });
}
