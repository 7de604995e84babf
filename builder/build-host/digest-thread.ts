import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** The SHA-256 (hex) of a file, taken by a thread of its own: hashing blocks the one that asks. */
export async function digestInThread(path: string): Promise<string> {
  const worker = new Worker(new URL('./digest-worker.ts', import.meta.url), { workerData: path });
  const [sha256] = await once(worker, 'message');
  return sha256;
}
