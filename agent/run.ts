import { asInterlockError, type InterlockError } from '../protocol/errors.ts';
import type { Effect, Event, EventBody } from './machine/event.ts';
import type { Memory } from './machine/memory.ts';
import { step } from './machine/step.ts';
import { type Ports, perform } from './perform.ts';
import type { Running } from './ports.ts';
import type { Store } from './state/store.ts';

/** How far the present step is; written for live displays and forgotten with the boot. */
export interface Progress {
  phase: Memory['phase']['at'];
  step: string;
  done: number;
  total: number;
  at: string;
}

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
 * Runs the machine until it waits, reboots or is stopped. The memory is on the disk before every effect,
 * so whatever cuts it, the next run continues with the same step. Returns what is known at the end.
 */
export async function runAgent(ports: Ports, store: Store, options: RunOptions): Promise<Memory> {
  const { clock } = ports;
  const { signal } = options;
  const loaded = await store.load(clock.now());
  let memory = loaded.memory;
  let saved = loaded.problem ? '' : JSON.stringify(memory);
  let saving = Promise.resolve();
  let reporting: Promise<void> | null = null;
  let isReportDown = ports.server === null;

  const apply = (event: EventBody): Effect | undefined => {
    const result = step(memory, { ...event, at: clock.now().toISOString() } as Event);
    memory = result.memory;
    return result.effects[0];
  };
  const save = (): Promise<void> => {
    saving = saving.then(async () => {
      const text = JSON.stringify(memory);
      if (text === saved) return;
      await store.save(memory);
      saved = text;
    });
    return saving;
  };
  const report = () => {
    const due = memory.reports;
    if (due.length === 0 || reporting || isReportDown) return;
    reporting = ports
      .server!.report(due)
      .then(
        () => void apply({ kind: 'reported', ids: due.map(({ id }) => id) }),
        () => {
          isReportDown = true;
        },
      )
      .finally(() => {
        reporting = null;
      });
  };
  const progress = (effect: string, done = 0, total = 0) =>
    options.onProgress({
      phase: memory.phase.at,
      step: effect,
      done,
      total,
      at: clock.now().toISOString(),
    });

  const running = await ports.machine.running();
  await ports.loader.tidy(running);
  let effect = apply(await startedBy(ports, running, options.retrySeconds));
  if (loaded.problem) memory = { ...memory, problem: problemAt(loaded.problem, clock.now()) };
  try {
    for (const order of options.orders ?? []) effect = apply(order);
  } finally {
    await save();
  }
  while (effect && !signal.aborted) {
    await save();
    report();
    progress(effect.do);
    if (effect.do === 'reboot' && reporting) {
      await within(reporting, reportGraceMs);
      await save();
    }
    const phase = memory.phase.at;
    const context = {
      memory,
      running,
      name: options.name ?? running.name,
      pollSeconds: options.pollSeconds,
      onProgress: progress,
      signal,
    };
    const event = await untilStopped(perform(effect, ports, context), signal);
    if (event === undefined) break;
    if (event === null) return memory;
    if (signal.aborted && event.kind === 'failed') break;
    effect = apply(event);
    if (options.once && memory.phase.at !== phase) break;
  }
  await save();
  while (!signal.aborted && memory.reports.length > 0 && !isReportDown) {
    report();
    if (reporting) await within(reporting, 10_000);
  }
  await save();
  progress('waiting');
  return memory;
}

/** What the kernel and the boot loader say about this boot. */
async function startedBy(ports: Ports, running: Running, retrySeconds: number): Promise<EventBody> {
  const own = (await ports.loader.entries())
    .filter(
      ({ slot, rootHashPrefix }) => slot === running.slot && running.rootHash.startsWith(rootHashPrefix),
    )
    .toSorted((a, b) => b.generation - a.generation);
  const blessed = own.length === 0 || own.some(({ triesLeft }) => triesLeft === null);
  return { kind: 'started', running, generation: own[0]?.generation ?? 0, blessed, retrySeconds };
}

function problemAt(error: InterlockError, now: Date): NonNullable<Memory['problem']> {
  const { code, message } = asInterlockError(error);
  return { at: now.toISOString(), code, problem: message };
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

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
