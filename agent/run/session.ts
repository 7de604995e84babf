import type { ClockPort } from '../ports/clock.ts';
import type { ServerPort } from '../ports/server.ts';
import type { Store } from '../state/store.ts';
import type { Effect, Event, EventBody } from '../state-machine/event.ts';
import type { Memory } from '../state-machine/memory.ts';
import { step } from '../state-machine/step.ts';

/** The state machine while the agent runs: moved by events, saved before effects, reported beside them. */
export interface Session {
  memory(): Memory;
  /** Moves the state machine; returns the one effect that is due. */
  apply(event: EventBody): Effect | undefined;
  /** Writes the memory down when it has changed; durable when it resolves. */
  save(): Promise<void>;
  /** Starts sending queued reports, beside everything else and at most once at a time. */
  report(): void;
  /** Gives reports on their way up to `ms`, and never longer. */
  reported(ms: number): Promise<void>;
  /** Sends what is queued, as long as the server takes it. */
  reportAll(signal: AbortSignal): Promise<void>;
}

/** How long one sending of reports may hold up the end of a run. */
const lastReportMs = 10_000;

/** Opens a session on a memory as it was loaded; `isSaved`: it lies on the disk as it is. */
export function openSession(
  loaded: Memory,
  isSaved: boolean,
  store: Pick<Store, 'save'>,
  server: ServerPort | null,
  clock: ClockPort,
): Session {
  let memory = loaded;
  let saved = isSaved ? JSON.stringify(memory) : '';
  let saving = Promise.resolve();
  let reporting: Promise<void> | null = null;
  let isServerDown = server === null;

  const session: Session = {
    memory: () => memory,
    apply(event) {
      const result = step(memory, { ...event, time: clock.now().toISOString() } as Event);
      memory = result.memory;
      return result.effects[0];
    },
    save() {
      saving = saving.then(async () => {
        const text = JSON.stringify(memory);
        if (text === saved) return;
        await store.save(memory);
        saved = text;
      });
      return saving;
    },
    report() {
      const due = memory.reports;
      if (due.length === 0 || reporting || isServerDown) return;
      reporting = server!
        .report(due)
        .then(
          () => void session.apply({ kind: 'reported', ids: due.map(({ id }) => id) }),
          () => {
            // reports stay queued for the next run
            isServerDown = true;
          },
        )
        .finally(() => {
          reporting = null;
        });
    },
    async reported(ms) {
      if (reporting) await within(reporting, ms);
    },
    async reportAll(signal) {
      while (!signal.aborted && memory.reports.length > 0 && !isServerDown) {
        session.report();
        await session.reported(lastReportMs);
      }
    },
  };
  return session;
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
