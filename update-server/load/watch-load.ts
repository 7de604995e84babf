import { performance } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** How the server feels: `busy` puts new starts off, `flooded` sends hosts away before anything is looked up. */
export type Load = 'calm' | 'busy' | 'flooded';

const sampleMs = 250;
/** The event loop's delay and the number of hosts within it from which on each begins; a few hosts are no reason to send them away. */
const limits = { busy: { ms: 100, hosts: 200 }, flooded: { ms: 400, hosts: 1000 } };
/** A delay while the server worked less than this share of the time is some other program's doing. */
const ownShare = 0.7;
/** How long hosts are sent away for, in seconds; each adds its own chance. */
const awaySeconds = [300, 900] as const;

/** One look at the event loop. */
interface Sample {
  /** How much later than asked it came. */
  lateMs: number;
  /** Processor time of this process since the last one. */
  ownMs: number;
  /** Hosts that asked since the last one. */
  hosts: number;
}

/** What the load is judged by; a flood is over a second after it ends. */
export interface Feeling {
  delayMs: number;
  hosts: number;
}

/** Takes one more sample in. */
export function feel(before: Feeling, { lateMs, ownMs, hosts }: Sample): Feeling {
  const isOwn = ownMs >= ownShare * (sampleMs + lateMs);
  return {
    delayMs: Math.max(isOwn ? lateMs : 0, before.delayMs / 2),
    hosts: Math.max(hosts, Math.floor(before.hosts / 2)),
  };
}

/** Puts a feeling into a word. */
export function loadOf({ delayMs, hosts }: Feeling): Load {
  const isBeyond = ({ ms, hosts: many }: (typeof limits)['busy']) => delayMs >= ms && hosts >= many;
  if (isBeyond(limits.flooded)) return 'flooded';
  return isBeyond(limits.busy) ? 'busy' : 'calm';
}

/** Feels the load: told of each host that asks. */
export interface Overload {
  asked(): void;
  load(): Load;
  stop(): void;
}

/** Watches the event loop four times a second. */
export function watchOverload(): Overload {
  let due = performance.now() + sampleMs;
  let used = process.cpuUsage();
  let hosts = 0;
  let feeling: Feeling = { delayMs: 0, hosts: 0 };
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(used);
    const lateMs = Math.max(performance.now() - due, 0);
    feeling = feel(feeling, { lateMs, ownMs: (user + system) / 1000, hosts });
    used = process.cpuUsage();
    hosts = 0;
    due = performance.now() + sampleMs;
  }, sampleMs);
  timer.unref();
  return {
    asked: () => void hosts++,
    load: () => loadOf(feeling),
    stop: () => clearInterval(timer),
  };
}

/**
 * Keeps room for what matters while too many hosts ask: reports are always taken, operators and publishers always
 * served; check-ins and enrolments are told to come back later.
 */
export function shedWhenFlooded(app: FastifyInstance, overload: Overload, onShed: () => void): void {
  const shed = ['/v1/check-in', '/v1/enroll'];
  app.addHook('onRequest', async ({ routeOptions }, reply) => {
    if (!shed.includes(routeOptions.url ?? '')) return;
    overload.asked();
    if (overload.load() !== 'flooded') return;
    onShed();
    reply.header('retry-after', awaySecondsNow());
    throw new InterlockError('overloaded');
  });
}

/** A pause of its own for each host, so that they do not come back together. */
export function awaySecondsNow(): number {
  const [from, to] = awaySeconds;
  return Math.round(from + Math.random() * (to - from));
}
