import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { TSchema } from 'typebox';
import { problemOf } from '../../protocol/schema/schema.ts';
import { visibleJson } from '../../protocol/text/visible.ts';
import { guardRoutes } from '../auth/guard.ts';
import { openLive } from '../live/live.ts';
import { shedWhenFlooded } from '../load/watch-load.ts';
import { openSurveyor } from '../metrics/count-hosts.ts';
import { countStore } from '../metrics/count-store.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { dashboardRoutes } from '../routes/dashboard/routes.ts';
import { healthRoutes } from '../routes/health/routes.ts';
import { metricsRoutes } from '../routes/metrics/routes.ts';
import { catalogueRoutes } from '../routes/v1/audit/routes.ts';
import { blobRoutes } from '../routes/v1/blobs/routes.ts';
import { checkInRoutes } from '../routes/v1/check-in/routes.ts';
import { enrolmentRoutes } from '../routes/v1/enrollment/routes.ts';
import { liveRoutes } from '../routes/v1/events/routes.ts';
import { hostRoutes } from '../routes/v1/hosts/routes.ts';
import { lockRoutes } from '../routes/v1/locks/routes.ts';
import { deskRoutes } from '../routes/v1/overview/routes.ts';
import { publishRoutes } from '../routes/v1/publish/routes.ts';
import { releaseRoutes } from '../routes/v1/releases/routes.ts';
import { rolloutPageRoutes } from '../routes/v1/rollouts/page-routes.ts';
import { rolloutRoutes } from '../routes/v1/rollouts/routes.ts';
import { loginRoutes } from '../routes/v1/session/routes.ts';
import { tokenRoutes } from '../routes/v1/tokens/routes.ts';
import { tufRoutes } from '../routes/v1/tuf/routes.ts';
import type { App } from '../routing/app.ts';
import type { DeskPorts, Ports } from '../routing/ports.ts';
import { answerError, answerNotFound } from './answer-errors.ts';
import { boundConnections, type ConnectionLimits } from './connections.ts';
import { countRequests } from './count-requests.ts';
import { apiRoutes, describeApi } from './describe-api.ts';
import { limitRates } from './limit-rates.ts';
import { logStream } from './log-stream.ts';
import { readTls, type TlsFiles } from './read-tls.ts';

/** How the server meets the network and its log. */
export interface AppOptions {
  tls?: TlsFiles | undefined;
  behindProxy?: boolean;
  /** By what the process may open when not given. */
  connections?: ConnectionLimits;
  /** pino level; `silent` in tests. */
  logLevel?: string;
}

const routes = [
  healthRoutes,
  dashboardRoutes,
  tufRoutes,
  blobRoutes,
  publishRoutes,
  checkInRoutes,
  hostRoutes,
  enrolmentRoutes,
  rolloutRoutes,
  catalogueRoutes,
  releaseRoutes,
  lockRoutes,
  tokenRoutes,
  loginRoutes,
  deskRoutes,
  liveRoutes,
  metricsRoutes,
  rolloutPageRoutes,
];

/** A socket on which nothing moves for this long is closed; readers and writers resume. */
const idleMs = 120_000;

/** Builds the server from its ports; it listens to nothing yet. */
export function createApp(edges: Ports, options: AppOptions = {}): App {
  const { tls, behindProxy = false } = options;
  const app = Fastify({
    ...(tls ? { https: readTls(tls) } : {}),
    logger: { level: options.logLevel ?? 'silent', stream: logStream },
    logController: new LogController({ disableRequestLogging: true }),
    // a logger of its own for each request costs a check-in a tenth of its time
    childLoggerFactory: (logger) => logger,
    // the one in front of us; what came before it anybody may have written
    trustProxy: behindProxy ? (_address: string, hop: number) => hop === 0 : false,
    connectionTimeout: idleMs,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    frameworkErrors: answerError,
    bodyLimit: 64 * 1024,
  }) as unknown as App;

  const metrics = edges.metrics ?? createMetrics();
  const store = countStore(edges.store, metrics);
  const ports: DeskPorts = {
    ...edges,
    store,
    metrics,
    secure: Boolean(tls) || behindProxy,
    survey: openSurveyor({ ...edges, store }),
    live: openLive(store, (problem) => app.log.error(`events: ${problem}`)),
  };
  app.setValidatorCompiler(({ schema }) => (value) => {
    const problem = problemOf(schema as TSchema, value);
    return problem ? { error: new Error(problem) } : { value };
  });
  // also what has no schema: whoever reads an answer in a terminal sees what it says and nothing else
  app.setReplySerializer((data) => visibleJson(JSON.stringify(data)));
  app.setSerializerCompiler(() => (data) => visibleJson(JSON.stringify(data)));
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerNotFound);
  const bare = app as unknown as FastifyInstance;
  if (ports.overload) shedWhenFlooded(bare, ports.overload, () => metrics.shed.inc());
  void bare.register(cookie);
  countRequests(bare, metrics);
  guardRoutes(bare, ports);
  boundConnections(bare, options.connections);
  limitRates(bare);

  describeApi(bare);
  // routes of a plug-in of their own: the description hears of those only that come after it
  void app.register((inner, _, done) => {
    for (const add of [...routes, apiRoutes]) add(inner as unknown as App, ports);
    done();
  });
  return app;
}
