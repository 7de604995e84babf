import { setImmediate as rest } from 'node:timers/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { readRegressions } from './list-targets.ts';
import { mutate } from './mutate.ts';
import { openPresentInput } from './present-input.ts';
import { openRandom } from './random.ts';
import { type FuzzTarget, loadTarget } from './target.ts';
import type { Order, Word } from './words.ts';

/** So many inputs are tried on however busy a machine. */
const fewest = 20;
/** Of processor, for one input. */
const mostSeconds = 1;
const mostMemory = 256 * 1024 * 1024;
/** What takes less time than this has not filled so much memory: asking for that costs more than most inputs. */
const quickMs = 5;
/** Once everything is loaded and compiled, a reader keeps nothing of what it reads: what the heap holds after so many inputs, it may hold ever after. */
const settledAfter = 5000;
const mostKept = 64 * 1024 * 1024;
const progressEveryMs = 5000;
/** What a library puts off until later is kept until this process has a moment for it. */
const restEvery = 100;

const [order, presentFile] = [JSON.parse(process.argv[2]!) as Order, process.argv[3]!];
const present = openPresentInput(presentFile);
const say = (word: Word) => process.send!(word);

for (const name of order.names) {
  say({ kind: 'at', name });
  const inputs = await tryTarget(name, await loadTarget(name));
  say({ kind: 'through', name, inputs });
}
present.close();
process.disconnect();

/** Tries a target until its first finding, its time or its number of inputs; tells how many it had. */
async function tryTarget(name: string, target: FuzzTarget): Promise<number> {
  const { seconds, seed, inputs: most = Number.POSITIVE_INFINITY } = order;
  const corpus = await target.corpus();
  const random = openRandom(seed);
  const memory = openMemory();
  let inputs = 0;
  const attempt = async (input: Buffer) => {
    inputs++;
    present.begin(input);
    const problem = await problemOf(() => target.run(Buffer.from(input)), memory);
    present.end();
    if (problem) say({ kind: 'finding', name, problem, input });
    return problem;
  };
  for (const input of [...corpus, ...(await readRegressions(name))]) await attempt(input);
  const end = Date.now() + seconds * 1000;
  let said = Date.now();
  while (inputs < fewest || (inputs < most && Date.now() < end)) {
    const input = mutate(target, corpus, random);
    if (await attempt(input)) break;
    if (inputs % restEvery === 0) await rest();
    const kept = inputs % settledAfter === 0 && memory.kept();
    if (kept) {
      say({
        kind: 'finding',
        name,
        problem: `${kept} bytes of the heap are kept after ${inputs} inputs`,
        input,
      });
      break;
    }
    if (Date.now() - said < progressEveryMs) continue;
    said = Date.now();
    say({ kind: 'progress', name, inputs });
  }
  return inputs;
}

type Memory = ReturnType<typeof openMemory>;

/** Follows the memory of this process without asking for it at each input. */
function openMemory() {
  let [resident, settled] = [process.memoryUsage.rss(), 0];
  return {
    /** By how much the process has grown since it was asked last. */
    grown(): number {
      const before = resident;
      resident = process.memoryUsage.rss();
      return resident - before;
    },
    /** What the heap holds beyond what it held when it had settled, once that is too much; else 0. */
    kept(): number {
      globalThis.gc!();
      const { heapUsed } = process.memoryUsage();
      resident = process.memoryUsage.rss();
      settled ||= heapUsed;
      return heapUsed - settled > mostKept ? heapUsed - settled : 0;
    },
  };
}

async function problemOf(run: () => unknown, memory: Memory): Promise<string | undefined> {
  const [began, before] = [performance.now(), process.threadCpuUsage()];
  let problem: string | undefined;
  try {
    await run();
  } catch (error) {
    const isOfTheTable = error instanceof InterlockError && error.code !== 'internal';
    if (!isOfTheTable) problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  if (performance.now() - began < quickMs) return problem;
  const { user, system } = process.threadCpuUsage(before);
  if (user + system > mostSeconds * 1e6) problem ??= `took ${(user + system) / 1e6} s of processor`;
  const grown = memory.grown();
  if (grown > mostMemory) problem ??= `took ${grown} bytes of memory`;
  return problem;
}
