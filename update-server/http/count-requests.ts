import type { FastifyInstance } from 'fastify';
import type { Lane, Metrics } from '../metrics/metrics.ts';
import type { Access } from '../routing/access.ts';

const classes = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** Counts every answer; a fleet's check-ins pay for it, so the counters are looked up once. */
export function countRequests(app: FastifyInstance, { requests }: Metrics): void {
  const counters = (lane: Lane) => classes.map((status) => requests.labels({ lane, status }));
  const byLane = { hosts: counters('hosts'), operators: counters('operators'), anyone: counters('anyone') };
  app.addHook('onResponse', ({ routeOptions }, reply, done) => {
    const lane = laneOf(routeOptions.config?.rules?.access);
    byLane[lane][Math.trunc(reply.statusCode / 100) - 1]?.inc();
    done();
  });
}

function laneOf(needed: Access = 'anyone'): Lane {
  if (needed === 'host') return 'hosts';
  return needed === 'anyone' ? 'anyone' : 'operators';
}
