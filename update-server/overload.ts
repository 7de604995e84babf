import { performance } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import { InterlockError } from '../protocol/errors.ts';

/** How the server feels: `busy` puts new starts off, `flooded` sends hosts away before anything is looked up. */
type Load = 'calm' | 'busy' | 'flooded';

const sampleMs = 250;
/** The event loop's delay and the number of hosts within it from which on each begins; a few hosts are no reason to send them away. */
const limits = { busy: { ms: 100, hosts: 200 }, flooded: { ms: 400, hosts: 1000 } };
/** A delay while the server worked less than this share of the time is some other program's doing. */
const ownShare = 0.7;
/** How long hosts are sent away for, in seconds; each adds its own chance. */
const awaySeconds = [300, 900] as const;

/** Feels the load: told of each host that asks. */
export interface Overload {
  asked(): void;
  load(): Load;
  stop(): void;
}

/** Watches how late the event loop is, and how many hosts asked meanwhile; a flood is over a second after it ends. */
export function watchOverload(): Overload {
  let due = performance.now() + sampleMs;
  let delay = 0;
  let hosts = 0;
  let asking = 0;
  let used = process.cpuUsage();
  const timer = setInterval(() => {
    const late = performance.now() - due;
    const { user, system } = process.cpuUsage(used);
    const isOwn = (user + system) / 1000 >= ownShare * (sampleMs + late);
    delay = Math.max(isOwn ? late : 0, delay / 2);
    hosts = Math.max(asking, Math.floor(hosts / 2));
    asking = 0;
    used = process.cpuUsage();
    due = performance.now() + sampleMs;
  }, sampleMs);
  timer.unref();
  const beyond = ({ ms, hosts: many }: (typeof limits)['busy']) => delay >= ms && hosts >= many;
  return {
    asked: () => void asking++,
    load: () => (beyond(limits.flooded) ? 'flooded' : beyond(limits.busy) ? 'busy' : 'calm'),
    stop: () => clearInterval(timer),
  };
}

/**
 * Keeps room for what matters while too many hosts ask: reports are always taken, operators and publishers always
 * served; check-ins and enrolments are told to come back later.
 */
export function shedWhenFlooded(app: FastifyInstance, overload: Overload): void {
  const shed = ['/v1/check-in', '/v1/enroll'];
  app.addHook('onRequest', async ({ routeOptions }, reply) => {
    if (!shed.includes(routeOptions.url ?? '')) return;
    overload.asked();
    if (overload.load() !== 'flooded') return;
    reply.header('retry-after', awaySecondsNow());
    throw new InterlockError('overloaded');
  });
}

/** A pause of its own for each host, so that they do not come back together. */
export function awaySecondsNow(): number {
  const [from, to] = awaySeconds;
  return Math.round(from + Math.random() * (to - from));
}
