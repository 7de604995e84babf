import { dashboardRoutes } from './dashboard/routes.ts';
import { discoveryRoutes } from './discovery/routes.ts';
import { healthzRoutes } from './healthz/routes.ts';
import { metricsRoutes } from './metrics/routes.ts';
import { newRoutes } from './new/routes.ts';
import { readyzRoutes } from './readyz/routes.ts';
import { v1Routes } from './v1/all.ts';

/** Every route of the server. */
export const routes = [
  ...healthzRoutes,
  ...readyzRoutes,
  ...dashboardRoutes,
  ...v1Routes,
  ...newRoutes,
  ...discoveryRoutes,
  ...metricsRoutes,
];
