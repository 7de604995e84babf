import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withScratch } from '../../../system/files/scratch.ts';
import { processTag } from '../../../system/process/process-tag.ts';

let parent: string;
let prefix: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'scratch-'));
  prefix = join(parent, 'tiny-1');
});
afterEach(() => rm(parent, { recursive: true }));

/** A process that works in a scratch folder, with a child of its own, until it is ended. */
async function startWorker(listens = ''): Promise<{ worker: ChildProcess; sleeper: number }> {
  const program = `
    import { run } from ${JSON.stringify(join(import.meta.dirname, '../../../system/process/run.ts'))};
    import { withScratch } from ${JSON.stringify(join(import.meta.dirname, '../../../system/files/scratch.ts'))};
    ${listens}
    await withScratch(${JSON.stringify(prefix)}, (folder) =>
      run('sh', ['-c', 'echo $$ > ' + folder + '/pid; echo ready >&2; exec sleep 60'], {
        stdio: ['ignore', 'pipe', 'inherit'], endsWithUs: true,
      })).catch(() => {});`;
  const worker = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  await once(worker.stderr!, 'data');
  const [folder] = await readdir(parent);
  const sleeper = Number(await readFile(join(parent, folder!, 'pid'), 'utf8'));
  return { worker, sleeper };
}

/** Whether a process runs; one that ended counts as gone also before anybody took note of it. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return !/\) [ZX]/.test(stat);
}

it('removes the folder with the work, also when that fails', async () => {
  await withScratch(prefix, (folder) => writeFile(join(folder, 'x'), 'x'));
  await expect(withScratch(prefix, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await readdir(parent)).toEqual([]);
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'leaves nothing after %s, and ends by it',
  async (signal) => {
    const { worker, sleeper } = await startWorker();
    worker.kill(signal);
    expect(await once(worker, 'exit')).toEqual([null, signal]);
    expect(await readdir(parent)).toEqual([]);
    await expect.poll(() => isAlive(sleeper)).toBe(false);
  },
);

it('leaves the end of the process to those who listen too', async () => {
  const { worker } = await startWorker(
    "process.once('SIGTERM', () => setTimeout(() => process.exit(7), 50));",
  );
  worker.kill('SIGTERM');
  expect(await once(worker, 'exit')).toEqual([7, null]);
  expect(await readdir(parent)).toEqual([]);
});

it('clears what a killed process left when the next one begins', async () => {
  const { worker, sleeper } = await startWorker();
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  process.kill(sleeper, 'SIGKILL');
  expect(await readdir(parent)).toHaveLength(1);
  await withScratch(prefix, async (folder) => {
    expect(await readdir(parent)).toEqual([folder.slice(parent.length + 1)]);
  });
});

it('leaves alone what runs, what is named alike, and what another machine made today', async () => {
  const [place, , start] = processTag().split('.');
  const running = `tiny-1.tmp-${processTag()}-abcdef`;
  const reused = `tiny-1.tmp-${place}.${process.pid}.${Number(start) - 1}-abcdef`;
  const others = ['tiny-10', 'tiny-1.tmp-x', 'tiny-1.tmp-00000000.1.1-abcdef'];
  const forgotten = 'tiny-1.tmp-00000000.1.1-ghijkl';
  for (const name of [running, reused, forgotten, ...others]) await mkdir(join(parent, name));
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
  await utimes(join(parent, forgotten), twoDaysAgo, twoDaysAgo);
  await withScratch(prefix, async () => {});
  expect(new Set(await readdir(parent))).toEqual(new Set([running, ...others]));
});
