import type { Running } from '../ports/host.ts';
import type { Ports } from '../ports/ports.ts';
import type { Store } from '../state/store.ts';
import type { EventBody } from '../state-machine/event.ts';
import type { Memory } from '../state-machine/memory.ts';
import { checkInWhileWaiting } from './check-in-while-waiting.ts';
import { perform } from './perform.ts';
import { openSession } from './session.ts';

/** How far the present step is; written for live displays and forgotten with the boot. */
export interface Progress {
  phase: Memory['phase']['at'];
  step: string;
  done: number;
  total: number;
  at: string;
}

/** How one run goes. */
export interface RunOptions {
  /** Name of the image this host follows; by default the one it runs. */
  name: string | null;
  pollSeconds: number;
  retrySeconds: number;
  /** Orders of an operator, obeyed right after the start. */
  orders?: EventBody[];
  /** Stop at the next phase. */
  once?: boolean;
  signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** After a stop was asked for, an effect may take this long; its answer is unknown then, and asked for again. */
const stopGraceMs = 3000;
/** A reboot waits this long for reports on their way, and never longer. */
const reportGraceMs = 2000;

/**
 * Runs the state machine until it waits, reboots or is stopped. The memory is on the disk before every effect,
 * so whatever cuts it, the next run continues with the same step. Returns what is known at the end.
 */
export async function runAgent(
  ports: Ports,
  store: Pick<Store, 'load' | 'save'>,
  options: RunOptions,
): Promise<Memory> {
  const { clock } = ports;
  const { signal } = options;
  const { memory } = await store.load(clock.now());
  const session = openSession(memory, true, store, ports.server, clock);
  const progress = (effect: string, done = 0, total = 0) => {
    const phase = session.memory().phase.at;
    options.onProgress({ phase, step: effect, done, total, at: clock.now().toISOString() });
  };

  const running = await ports.host.running();
  await ports.loader.tidy(running);
  let effect = session.apply(await startedBy(ports, running, options.retrySeconds));
  try {
    for (const order of options.orders ?? []) effect = session.apply(order);
  } finally {
    await session.save();
  }
  while (effect && !signal.aborted) {
    await session.save();
    session.report();
    progress(effect.kind);
    if (effect.kind === 'reboot') await session.reported(reportGraceMs).then(session.save);
    const before = session.memory();
    const { pollSeconds, name } = options;
    const context = {
      memory: before,
      running,
      name: name ?? running.name,
      pollSeconds,
      onProgress: progress,
      signal,
    };
    const event = await untilStopped(perform(effect, ports, context), signal);
    if (event === undefined) break;
    if (event === null) return session.memory();
    if (signal.aborted && event.kind === 'failed') break;
    effect = session.apply(event);
    if (options.once && session.memory().phase.at !== before.phase.at) break;
  }
  await session.save();
  if (!signal.aborted)
    await checkInWhileWaiting(ports, session, { ...options, name: options.name ?? running.name }, running);
  await session.save();
  await session.reportAll(signal);
  await session.save();
  progress('waiting');
  return session.memory();
}

/** What the kernel and the boot loader say about this boot. */
async function startedBy(ports: Ports, running: Running, retrySeconds: number): Promise<EventBody> {
  const entries = await ports.loader.entries();
  const own = entries
    .filter(
      ({ slot, rootHashPrefix }) => slot === running.slot && running.rootHash.startsWith(rootHashPrefix),
    )
    .toSorted((a, b) => b.generation - a.generation);
  const blessed = own.length === 0 || own.some(({ triesLeft }) => triesLeft === null);
  const generations = entries.map((entry) => entry.generation);
  return {
    kind: 'started',
    running,
    generation: own[0]?.generation ?? 0,
    blessed,
    generations,
    retrySeconds,
  };
}

/** The answer, or undefined when the stop's grace is over first. */
async function untilStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  const stopped = new Promise<undefined>((resolve) => {
    stop = () => {
      timer = setTimeout(() => resolve(undefined), stopGraceMs);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
