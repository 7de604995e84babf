import { Type } from 'typebox';
import type { Metrics } from '../../metrics/metrics.ts';
import { type GaugeSources, gaugeReader } from '../../metrics/read-gauges.ts';
import { readers } from '../../routing/access.ts';
import { route } from '../../routing/route.ts';

const scrape = route({
  method: 'GET',
  url: '/metrics',
  access: readers,
  summary: 'Metrics for Prometheus',
  schema: { response: { 200: Type.String() } },
  handler: (needs: GaugeSources & { metrics: Metrics }) => {
    const { registry } = needs.metrics;
    const readGauges = gaugeReader(needs, needs.metrics);
    return async (_request, reply) => {
      await readGauges();
      reply.type(registry.contentType);
      return registry.metrics();
    };
  },
});

/** What Prometheus scrapes, with a viewer's token as its `authorization`. */
export const metricsRoutes = [scrape];
