import { Worker } from 'node:worker_threads';
import { longestInput } from './mutate.ts';
import { inputAt, type Order, type Word } from './words.ts';

/** An input that did not end as it must. */
export interface Finding {
  name: string;
  problem: string;
  input: Buffer;
}

/** An input that takes so long hangs, once it had half of that from the processor: a busy machine gives it later. */
const hangMs = 10_000;
/** What gets so little from the processor in this time waits for what never comes. */
const longestMs = 30 * hangMs;

/**
 * Tries targets one after the other in a thread of their own, which is ended when it hangs. A finding ends its target; the
 * others go on. `onThrough` hears how many inputs a target had.
 */
export async function fuzz(
  { names, seconds, seed }: Omit<Order, 'shared'>,
  onThrough: (name: string, inputs: number) => void = () => {},
): Promise<Finding[]> {
  const findings: Finding[] = [];
  let left = names;
  while (left.length > 0) {
    const { at, found } = await runOnce({ names: left, seconds, seed }, onThrough);
    findings.push(...found);
    left = at === undefined ? [] : left.slice(left.indexOf(at) + 1);
  }
  return findings;
}

/** Runs until all are through, or until the thread is lost; then `at` says at which. */
function runOnce(
  order: Omit<Order, 'shared'>,
  onThrough: (name: string, inputs: number) => void,
): Promise<{ at: string | undefined; found: Finding[] }> {
  const shared = new SharedArrayBuffer(inputAt + longestInput);
  const heads = new Float64Array(shared, 0, 2);
  const found: Finding[] = [];
  let at = order.names[0]!;
  const present = (problem: string): Finding => ({
    name: at,
    problem,
    input: Buffer.from(new Uint8Array(shared, inputAt, heads[1])),
  });
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { ...order, shared } satisfies Order,
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    let input = { began: 0, cpu: process.cpuUsage() };
    const watch = setInterval(() => {
      // read once: the thread may put it back to 0 in between
      const began = heads[0]!;
      if (began !== input.began) input = { began, cpu: process.cpuUsage() };
      const took = Date.now() - began;
      if (began === 0 || took < hangMs) return;
      const { user, system } = process.cpuUsage(input.cpu);
      if ((user + system) / 1000 < hangMs / 2 && took < longestMs) return;
      clearInterval(watch);
      found.push(present(`did not end within ${Math.floor(took / 1000)} s`));
      void worker.terminate();
    }, 200);
    worker.on('message', (word: Word) => {
      if (word.kind === 'at') at = word.name;
      else if (word.kind === 'through') onThrough(word.name, word.inputs);
      else found.push({ name: word.name, problem: word.problem, input: Buffer.from(word.input) });
    });
    worker.on('error', (error: Error) => found.push(present(`uncaught: ${error.stack ?? error.message}`)));
    worker.on('exit', (status) => {
      clearInterval(watch);
      // all that waited is gone, and nobody came back
      const isStranded = status === 13 && found.length === 0;
      if (isStranded) found.push(present('waits for what never comes'));
      resolve({ at: status === 0 ? undefined : at, found });
    });
  });
}
