import { performance } from 'node:perf_hooks';

/** How much the server has to do: `high` puts new starts off, `overload` sends hosts away before anything is looked up. */
export type Load = 'normal' | 'high' | 'overload';

const sampleMs = 250;
/** From which delay of the event loop and which number of hosts in one sample each load begins. */
const limits = { high: { ms: 100, hosts: 200 }, overload: { ms: 400, hosts: 1000 } };
/** A delay while the server worked less than this share of the time was caused by another program. */
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

/** What the load is judged by; an overload is over a second after it ends. */
export interface LoadFigures {
  delayMs: number;
  hosts: number;
}

/** Takes one more sample in. */
export function addSample(before: LoadFigures, { lateMs, ownMs, hosts }: Sample): LoadFigures {
  const isOwn = ownMs >= ownShare * (sampleMs + lateMs);
  return {
    delayMs: Math.max(isOwn ? lateMs : 0, before.delayMs / 2),
    hosts: Math.max(hosts, Math.floor(before.hosts / 2)),
  };
}

/** Says which load the figures stand for. */
export function loadOf({ delayMs, hosts }: LoadFigures): Load {
  const isBeyond = ({ ms, hosts: many }: (typeof limits)['high']) => delayMs >= ms && hosts >= many;
  if (isBeyond(limits.overload)) return 'overload';
  return isBeyond(limits.high) ? 'high' : 'normal';
}

/** Measures the load, and counts each host that asks. */
export interface LoadWatch {
  asked(): void;
  load(): Load;
  stop(): void;
}

/** Watches the event loop four times a second. */
export function watchLoad(): LoadWatch {
  let due = performance.now() + sampleMs;
  let used = process.cpuUsage();
  let hosts = 0;
  let figures: LoadFigures = { delayMs: 0, hosts: 0 };
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(used);
    const lateMs = Math.max(performance.now() - due, 0);
    figures = addSample(figures, { lateMs, ownMs: (user + system) / 1000, hosts });
    used = process.cpuUsage();
    hosts = 0;
    due = performance.now() + sampleMs;
  }, sampleMs);
  timer.unref();
  return {
    asked: () => void hosts++,
    load: () => loadOf(figures),
    stop: () => clearInterval(timer),
  };
}

/** A pause of its own for each host, so that they do not come back together. */
export function awaySecondsNow(): number {
  const [from, to] = awaySeconds;
  return Math.round(from + Math.random() * (to - from));
}
