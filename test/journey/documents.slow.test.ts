import { appendFileSync, existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'vitest';
import { findMirror } from '../../builder/packages/network/mirror.ts';
import { run } from '../../system/process/run.ts';
import type { Block } from '../docs/read-blocks.ts';
import { type Manner, runDocuments } from '../docs/run-documents.ts';
import { outFile } from './with-vm.ts';

const quickStart = join(import.meta.dirname, '../../docs/quick-start.md');
const patienceMs = 1_200_000;

test('the quick start works as it is typed, its virtual machine included', async () => {
  await runDocuments([quickStart], await literally('documents'));
}, 3_600_000);

test.each(['bookworm', 'trixie'])(
  'the machine of the quick start reaches its server with what %s has',
  async (suite) => {
    const manner = await literally(`documents-${suite}`);
    const machinesIn = await makeDebian(suite);
    const isLast = ({ words }: Block) => words.includes('until=up_to_date');
    await runDocuments([quickStart], { ...manner, machinesIn, isLast });
  },
  3_600_000,
);

/** A Debian with what the page says is to be installed, kept for the next time. */
async function makeDebian(suite: string): Promise<string> {
  const page = await readFile(quickStart, 'utf8');
  const [, packages = ''] = /`apt-get install ([^`]+)`/.exec(page) ?? [];
  const folder = join(import.meta.dirname, '../../.cache/journey', `debian-${suite}`);
  if (existsSync(folder)) return folder;
  const include = `--include=${packages.trim().split(/\s+/).join(',')}`;
  const { main } = await findMirror();
  await mkdir(join(folder, '..'), { recursive: true });
  await run('mmdebstrap', ['--variant=minbase', include, suite, `${folder}.new`, main]);
  await rename(`${folder}.new`, folder);
  return folder;
}

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
