import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { UserDataAnswer } from '../../../../protocol/api/user-data.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';

/** Limits of checking; a test has shorter ones. */
export interface CheckLimits {
  /** For one text, by the clock: far more than any takes, for a machine that has much else to do. */
  patienceMs: number;
  /** Texts that wait for their turn. */
  mostWaiting: number;
  /** The thread ends when nobody asked for so long. */
  idleMs: number;
}

const usual: CheckLimits = { patienceMs: 30_000, mostWaiting: 16, idleMs: 60_000 };

/** Checks texts one after the other in a thread of their own: a text that is slow to read keeps no host's request waiting. */
export function openChecks(limits: CheckLimits = usual): (text: string) => Promise<UserDataAnswer> {
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let idle: NodeJS.Timeout | undefined;

  const end = () => {
    void worker?.terminate();
    worker = undefined;
  };

  async function checkNow(text: string): Promise<UserDataAnswer> {
    clearTimeout(idle);
    worker ??= startWorker();
    worker.postMessage(text);
    try {
      const [answer] = await once(worker, 'message', { signal: AbortSignal.timeout(limits.patienceMs) });
      idle = setTimeout(end, limits.idleMs).unref();
      return answer;
    } catch {
      // too slow, or more than its memory: the thread is of no use any more
      end();
      return unread;
    }
  }

  return async (text) => {
    if (waiting >= limits.mostWaiting) throw new InterlockError('overloaded');
    waiting++;
    const answer = last.then(() => checkNow(text));
    last = answer;
    try {
      return await answer;
    } finally {
      waiting--;
    }
  };
}

/** It keeps no process alive, and its end no reader of events busy. */
function startWorker(): Worker {
  const worker = new Worker(new URL('./check-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  });
  worker.on('error', () => {});
  worker.unref();
  return worker;
}

const unread: UserDataAnswer = {
  valid: false,
  problems: [
    {
      at: { line: 1, column: 1 },
      severity: 'error',
      text: 'reading this takes longer than the server reads for anybody',
      instead: 'Check it with `interlock user-data check FILE`, and look for thousands of brackets or keys.',
      source: '',
    },
  ],
  plan: [],
};
