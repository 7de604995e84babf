import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processorSecondsOf } from '../support/processor-seconds.ts';
import { readPresentInput } from './present-input.ts';
import type { Order, Word } from './words.ts';

/** An input that did not end as it must. */
export interface Finding {
  name: string;
  problem: string;
  input: Buffer;
}

/** Who wants to hear how far a target is, and how many inputs it had. */
export interface Listener {
  onProgress?(name: string, inputs: number): void;
  onThrough?(name: string, inputs: number): void;
}

/** An input that takes so long hangs, once it had half of that from the processor: a busy machine gives it later. */
const hangMs = 10_000;
/** What gets so little from the processor in this time waits for what never comes. */
const longestMs = 30 * hangMs;

/**
 * Tries targets one after the other in a process of their own, which is ended when it hangs and may die. A finding ends its
 * target; the others go on.
 */
export async function fuzz(order: Order, listener: Listener = {}, heapMiB = 512): Promise<Finding[]> {
  const findings: Finding[] = [];
  let left = order.names;
  while (left.length > 0) {
    const { at, found } = await runOnce({ ...order, names: left }, listener, heapMiB);
    findings.push(...found);
    left = at === undefined ? [] : left.slice(left.indexOf(at) + 1);
  }
  return findings;
}

/** Runs until all are through, or until the process is lost; then `at` says at which. */
async function runOnce(
  order: Order,
  listener: Listener,
  heapMiB: number,
): Promise<{ at: string | undefined; found: Finding[] }> {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'interlock-fuzz-'));
  try {
    return await runIn(folder, order, listener, heapMiB);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runIn(
  folder: string,
  order: Order,
  listener: Listener,
  heapMiB: number,
): Promise<{ at: string | undefined; found: Finding[] }> {
  const present = join(folder, 'present');
  writeFileSync(present, '');
  const child = fork(
    fileURLToPath(new URL('./worker.ts', import.meta.url)),
    [JSON.stringify(order), present],
    {
      execArgv: [`--max-old-space-size=${heapMiB}`, '--expose-gc'],
      env: { ...process.env, TMPDIR: folder },
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    },
  );
  let [at, said] = [order.names[0]!, ''];
  const found: Finding[] = [];
  const lost = (problem: string) => {
    const input = readPresentInput(present)?.input ?? Buffer.alloc(0);
    found.push({ name: at, problem, input });
  };
  child.stderr?.on('data', (data: Buffer) => {
    said = `${said}${data.toString()}`.slice(-4000);
  });
  const stopWatching = watchForHang(child.pid!, present, (problem) => {
    lost(problem);
    child.kill('SIGKILL');
  });
  child.on('message', (word: Word) => {
    if (word.kind === 'at') at = word.name;
    else if (word.kind === 'progress') listener.onProgress?.(word.name, word.inputs);
    else if (word.kind === 'through') listener.onThrough?.(word.name, word.inputs);
    else found.push({ name: word.name, problem: word.problem, input: Buffer.from(word.input) });
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      stopWatching();
      const isFirst = !found.some(({ name }) => name === at);
      // 13: all that waited is gone, and nobody came back
      if (status === 13 && isFirst) lost('waits for what never comes');
      else if (status !== 0 && isFirst) lost(`the process ended with ${signal ?? status}\n${said}`);
      resolve({ at: status === 0 ? undefined : at, found });
    });
  });
}

/** Tells once that an input does not end; the answer ends the watch. */
function watchForHang(pid: number, present: string, onHang: (problem: string) => void): () => void {
  let input = { began: 0, cpu: 0 };
  const watch = setInterval(() => {
    const began = readPresentInput(present)?.began ?? 0;
    if (began !== input.began) input = { began, cpu: processorSecondsOf(pid) };
    const took = Date.now() - began;
    if (began === 0 || took < hangMs) return;
    const isStarved = (processorSecondsOf(pid) - input.cpu) * 1000 < hangMs / 2;
    if (isStarved && took < longestMs) return;
    clearInterval(watch);
    onHang(`did not end within ${Math.floor(took / 1000)} s`);
  }, 500);
  return () => clearInterval(watch);
}
