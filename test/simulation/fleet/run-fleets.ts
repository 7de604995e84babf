import { Worker } from 'node:worker_threads';
import type { Rollout } from './rollout.ts';

/** Runs rollouts of consecutive seeds on worker threads until `until` or `count`; hands each result on. */
export async function runFleets(
  options: { firstSeed: number; count: number; until: number; threads: number },
  onRollout: (rollout: Rollout) => void,
): Promise<void> {
  const { firstSeed, count, until, threads } = options;
  await Promise.all(
    Array.from({ length: threads }, (_, index) => {
      const share = Math.ceil((count - index) / threads);
      const workerData = { first: firstSeed + index, stride: threads, until, count: share };
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
      worker.on('message', onRollout);
      return new Promise<void>((resolve, reject) => {
        worker.once('error', reject);
        worker.once('exit', () => resolve());
      });
    }),
  );
}
