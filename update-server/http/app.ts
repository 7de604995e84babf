import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { TSchema } from 'typebox';
import { problemOf } from '../../protocol/schema/schema.ts';
import { visibleJson } from '../../protocol/text/visible.ts';
import { guardRoutes } from '../auth/guard.ts';
import type { Blobs } from '../blobs/files.ts';
import type { Scrub } from '../blobs/scrub.ts';
import { type FreeSpace, unlimitedSpace } from '../disk/free-space.ts';
import type { OnlineKeys } from '../domain/tuf/online-keys.ts';
import { openArrivals } from '../live/arrivals.ts';
import { openLive } from '../live/live.ts';
import type { LoadWatch } from '../load/watch-load.ts';
import type { FleetLocks } from '../locks/fleet-locks.ts';
import type { Locks } from '../locks/locks.ts';
import { openHostCounts } from '../metrics/count-hosts.ts';
import { countStore } from '../metrics/count-store.ts';
import { createMetrics, type Metrics } from '../metrics/metrics.ts';
import { routes } from '../routes/all.ts';
import { addRoutes } from '../routing/add-routes.ts';
import type { App } from '../routing/app.ts';
import type { Store } from '../store/interface/store.ts';
import { type Bundle, bundleDashboard } from '../ui/bundle.ts';
import { openPage } from '../ui/page.ts';
import { answerError, answerNotFound } from './answer-errors.ts';
import { boundConnections, type ConnectionLimits } from './connections.ts';
import { countRequests } from './count-requests.ts';
import { describeApi } from './describe-api.ts';
import { limitRates } from './limit-rates.ts';
import { logStream } from './log-stream.ts';
import { readTls, type TlsFiles } from './read-tls.ts';
import { shedLoad } from './shed-load.ts';

/** What a server is made of. */
export interface Parts {
  store: Store;
  blobs: Blobs;
  /** Missing until the keys of `snapshot` and `timestamp` were given once; nothing can be published then. */
  onlineKeys: OnlineKeys | undefined;
  now(): Date;
  /** Unlimited if not given. */
  space?: FreeSpace;
  /** Missing if damaged blobs are not searched for. */
  scrub?: Scrub;
  /** The load is normal if not given. */
  loadWatch?: LoadWatch;
  /** Missing when the server was given no etcd. */
  locks?: Locks | undefined;
  /** The same for the groups of hosts that are not ours. */
  fleetLocks?: FleetLocks | undefined;
  /** Made by the server itself when not given. */
  metrics?: Metrics;
  /** Makes the dashboard; from its sources when not given. */
  dashboard?: () => Promise<Bundle>;
}

/** How the server meets the network and its log. */
export interface AppOptions {
  tls?: TlsFiles | undefined;
  behindProxy?: boolean;
  /** Hosts that speak FleetLock need no token. */
  openFleetLock?: boolean;
  /** By what the process may open when not given. */
  connections?: ConnectionLimits;
  /** pino level; `silent` in tests. */
  logLevel?: string;
}

/** Builds the server from its parts; it listens to nothing yet. */
export function createApp(parts: Parts, options: AppOptions = {}): App {
  const app = createFastify(options);
  const metrics = parts.metrics ?? createMetrics();
  const store = countStore(parts.store, metrics);
  const live = openLive(store, (problem) => app.log.error(`events: ${problem}`));
  const arrivals = openArrivals();
  const { loadWatch, now } = parts;
  const needs = {
    ...parts,
    ...{ store, metrics, live, arrivals },
    openFleetLock: options.openFleetLock ?? false,
    secure: Boolean(options.tls) || (options.behindProxy ?? false),
    space: parts.space ?? unlimitedSpace,
    load: () => loadWatch?.load() ?? 'normal',
    countHosts: openHostCounts({ store, now }),
    page: openPage(parts.dashboard ?? bundleDashboard),
  };
  const bare = app as unknown as FastifyInstance;
  if (loadWatch) shedLoad(bare, loadWatch, () => metrics.shed.inc());
  void bare.register(cookie);
  countRequests(bare, metrics);
  guardRoutes(bare, needs);
  boundConnections(bare, options.connections);
  limitRates(bare);
  describeApi(bare);
  // in a plug-in of their own: only routes that are added after the description's plug-in are described
  void app.register((inner, _, done) => {
    addRoutes(inner as unknown as App, routes, needs);
    done();
  });
  app.addHook('preClose', async () => {
    live.end();
    arrivals.end();
  });
  return app;
}

/** A socket on which nothing moves for this long is closed; readers and writers resume. */
const idleMs = 120_000;

/** Makes a Fastify server with our errors and schemas, whose answers contain no control characters. */
function createFastify({ tls, behindProxy, logLevel = 'silent' }: AppOptions): App {
  const app = Fastify({
    ...(tls ? { https: readTls(tls) } : {}),
    logger: { level: logLevel, stream: logStream },
    logController: new LogController({ disableRequestLogging: true }),
    // a logger of its own for each request costs a check-in a tenth of its time
    childLoggerFactory: (logger) => logger,
    // only the proxy in front of us: anybody may have written what came before it
    trustProxy: behindProxy ? (_address: string, hop: number) => hop === 0 : false,
    connectionTimeout: idleMs,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    frameworkErrors: answerError,
    bodyLimit: 64 * 1024,
  }) as unknown as App;
  app.setValidatorCompiler(({ schema }) => (value) => {
    const problem = problemOf(schema as TSchema, value);
    return problem ? { error: new Error(problem) } : { value };
  });
  // also what has no schema: an answer read in a terminal shows what it says and nothing else
  app.setReplySerializer((data) => visibleJson(JSON.stringify(data)));
  app.setSerializerCompiler(() => (data) => visibleJson(JSON.stringify(data)));
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerNotFound);
  return app;
}
