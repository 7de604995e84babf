import { parentPort, workerData } from 'node:worker_threads';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { readRegressions } from './list-targets.ts';
import { mutate } from './mutate.ts';
import { openRandom } from './random.ts';
import { loadTarget } from './target.ts';
import { inputAt, type Order, type Word } from './words.ts';

/** So many inputs are tried on however busy a machine. */
const fewest = 20;
/** Of processor, for one input. */
const mostSeconds = 1;
const mostMemory = 256 * 1024 * 1024;

const { names, seconds, seed, shared } = workerData as Order;
const heads = new Float64Array(shared, 0, 2);
const room = Buffer.from(shared, inputAt);
const say = (word: Word) => parentPort?.postMessage(word);

for (const name of names) {
  say({ kind: 'at', name });
  const target = await loadTarget(name);
  const corpus = await target.corpus();
  const random = openRandom(seed);
  let inputs = 0;
  const attempt = async (input: Buffer) => {
    inputs++;
    input.copy(room);
    heads[1] = input.length;
    heads[0] = Date.now();
    const problem = await problemOf(() => target.run(Buffer.from(input)));
    heads[0] = 0;
    if (problem) say({ kind: 'finding', name, problem, input });
    return problem;
  };
  for (const input of [...corpus, ...(await readRegressions(name))]) await attempt(input);
  for (const end = Date.now() + seconds * 1000; Date.now() < end || inputs < fewest; ) {
    if (await attempt(mutate(target, corpus, random))) break;
  }
  say({ kind: 'through', name, inputs });
}

async function problemOf(run: () => unknown): Promise<string | undefined> {
  const before = process.threadCpuUsage();
  const memory = process.memoryUsage.rss();
  let problem: string | undefined;
  try {
    await run();
  } catch (error) {
    const isOfTheTable = error instanceof InterlockError && error.code !== 'internal';
    if (!isOfTheTable) problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { user, system } = process.threadCpuUsage(before);
  if (user + system > mostSeconds * 1e6) problem ??= `took ${(user + system) / 1e6} s of processor`;
  const grown = process.memoryUsage.rss() - memory;
  if (grown > mostMemory) problem ??= `took ${grown} bytes of memory`;
  return problem;
}
