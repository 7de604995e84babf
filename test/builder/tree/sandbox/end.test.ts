import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const builder = join(import.meta.dirname, '../../../../builder/tree');

/** Process numbers of everything on this machine whose command line holds a word. */
async function processesOf(word: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map(async (pid) => [pid, await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')] as const),
  );
  return lines.filter(([, line]) => line.includes(word)).map(([pid]) => pid);
}

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'lets nothing in the sandbox outlive a builder ended by %s',
  async (signal) => {
    const work = await mkdtemp(join(tmpdir(), 'sandbox-end-'));
    const mark = `mark-${process.pid}-${signal}`;
    await writeFile(
      join(work, 'build.ts'),
      `import { inSandbox } from ${JSON.stringify(join(builder, 'sandbox/in-sandbox.ts'))};
     const script = 'trap "" TERM; (trap "" TERM; sleep 60) & echo ready >&2; wait';
     await inSandbox(['sh', '-c', script, '${mark}'], { env: { PATH: process.env.PATH }, arch: 'x86-64' });`,
    );
    const program = spawn(process.execPath, [join(work, 'build.ts')], {
      env: { ...process.env, TMPDIR: work },
    });
    await expect.poll(() => processesOf(mark), { timeout: 20_000 }).not.toEqual([]);
    program.kill(signal);
    expect(await once(program, 'exit')).toEqual([null, signal]);
    await expect.poll(() => processesOf(mark), { timeout: 10_000 }).toEqual([]);
    if (signal === 'SIGTERM') expect(await readdir(work)).toEqual(['build.ts']);
    await rm(work, { recursive: true, force: true });
  },
);
