import { Type } from 'typebox';
import type { App } from '../app.ts';
import type { DeskPorts } from '../ports.ts';
import { gaugeReader } from './read-gauges.ts';

/** What Prometheus scrapes, with a viewer's token as its `authorization`. */
export function metricsRoutes(app: App, ports: DeskPorts): void {
  const { registry } = ports.metrics;
  const readGauges = gaugeReader(ports, ports.metrics);
  app.get('/metrics', { schema: { response: { 200: Type.String() } } }, async (_request, reply) => {
    await readGauges();
    reply.type(registry.contentType);
    return registry.metrics();
  });
}
