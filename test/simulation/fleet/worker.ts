import { parentPort, workerData } from 'node:worker_threads';
import { runRollout } from './rollout.ts';

/** Runs the seeds that the pool hands out, one after another, until the time is over. */
const { first, stride, until, count } = workerData as {
  first: number;
  stride: number;
  until: number;
  count: number;
};
for (let n = 0; n < count && Date.now() < until; n++)
  parentPort!.postMessage(await runRollout(first + n * stride));
