import { Worker } from 'node:worker_threads';
import type { Match } from './match.ts';
import type { FileStretch } from './match-files.ts';
import type { MatchJob, MatchResult } from './match-worker.ts';

/** Compares files side by side on several cores. */
export interface MatchPool {
  match(old: FileStretch, next: FileStretch): Promise<Iterable<Match>>;
  close(): Promise<void>;
}

/** Bytes of files that may be compared at once; the tables for them take about three times as much. */
const budget = 96 * 1024 * 1024;

interface Waiting extends MatchJob {
  settle: (result: MatchResult) => void;
  fail: (error: unknown) => void;
}

/** Starts `size` threads; a pair larger than the budget is compared with no other beside it. */
export function openMatchPool(size: number): MatchPool {
  const queue: Waiting[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, Waiting>();

  const startNext = () => {
    while (idle.length > 0 && queue.length > 0) {
      const used = [...busy.values()].reduce((sum, job) => sum + weigh(job), 0);
      if (used > 0 && used + weigh(queue[0]!) > budget) return;
      const { settle, fail, ...job } = queue.shift()!;
      const worker = idle.pop()!;
      busy.set(worker, { settle, fail, ...job });
      worker.postMessage(job);
    }
  };
  const workers = Array.from({ length: size }, () => {
    const worker = new Worker(new URL('./match-worker.ts', import.meta.url));
    worker.on('message', (found: MatchResult) => {
      const job = busy.get(worker)!;
      busy.delete(worker);
      idle.push(worker);
      job.settle(found);
      startNext();
    });
    worker.on('error', (error) => {
      for (const job of [...busy.values(), ...queue.splice(0)]) job.fail(error);
    });
    return worker;
  });
  idle.push(...workers);

  return {
    async match(old, next) {
      const found = await new Promise<MatchResult>((settle, fail) => {
        queue.push({ old, next, settle, fail });
        startNext();
      });
      return { [Symbol.iterator]: () => eachOf(found) };
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function* eachOf(found: MatchResult): Generator<Match> {
  for (let at = 0; at < found.length; at += 3)
    yield { kind: found[at] === 1 ? 'add' : 'insert', length: found[at + 1]!, from: found[at + 2]! };
}

function weigh({ old, next }: MatchJob): number {
  return old.length + next.length;
}
