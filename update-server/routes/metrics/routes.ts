import { Type } from 'typebox';
import { gaugeReader } from '../../metrics/read-gauges.ts';
import type { App } from '../../routing/app.ts';
import type { DeskPorts } from '../../routing/ports.ts';

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
