import { appendFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'vitest';
import { type Manner, runDocuments } from '../docs/run-documents.ts';
import { outFile } from './with-vm.ts';

const quickStart = join(import.meta.dirname, '../../docs/quick-start.md');
const patienceMs = 1_200_000;

test('the quick start works as it is typed, its virtual machine included', async () => {
  await runDocuments([quickStart], await literally('documents'));
}, 3_600_000);

/** Everything as it stands on the page; `out/NAME.txt` says what it took, `out/NAME.log` what the machine said. */
async function literally(name: string): Promise<Manner> {
  const [log, times] = [outFile(`${name}.log`), outFile(`${name}.txt`)];
  await mkdir(join(log, '..'), { recursive: true });
  await writeFile(log, '');
  const lines: string[] = [];
  return {
    isLiteral: true,
    untilMs: patienceMs,
    env: { INTERLOCK_CACHE: process.env.INTERLOCK_CACHE ?? join(homedir(), '.cache/interlock') },
    onConsole: (text) => appendFileSync(log, text),
    async onStep({ page, line, text }, ms) {
      const first = text.split('\n')[0];
      lines.push(`${(ms / 1000).toFixed(1).padStart(7)} s  ${basename(page)}:${line}  ${first}\n`);
      await writeFile(times, lines.join(''));
    },
  };
}
