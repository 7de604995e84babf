import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { outFile } from './with-vm.ts';

/** Writes down what happened when, and what it had cost by then; each line at once, so that a failure leaves them behind. */
export function openStory(name: string, seed?: number): (what: string, cpuSeconds: number) => Promise<void> {
  const started = Date.now();
  const lines = seed === undefined ? [] : [`seed ${seed}\n`];
  return async (what, cpuSeconds) => {
    const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(7);
    lines.push(`${seconds} s ${cpuSeconds.toFixed(0).padStart(5)} cpu s  ${what}\n`);
    const file = outFile(`${name}.txt`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, lines.join(''));
  };
}
