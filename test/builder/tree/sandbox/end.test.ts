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

const usual = `import { inSandbox } from ${JSON.stringify(join(builder, 'sandbox/in-sandbox.ts'))};
  const start = (program) => inSandbox(program, { env: { PATH: process.env.PATH }, arch: 'x86-64' });`;
/** As root of this machine, below a user namespace that has no range of /etc/subuid. */
const asOwnRoot = `import { intoNamespaces } from ${JSON.stringify(join(builder, 'sandbox/sandbox-mode.ts'))};
  import { run } from ${JSON.stringify(join(builder, '../../system/process/run.ts'))};
  const start = (program) =>
    run('setpriv', ['--pdeathsig', 'KILL', ...intoNamespaces('root', true), ...program], { endsWithUs: true });`;
const isRoot = process.getuid?.() === 0;

it.each([
  ['SIGTERM', 'its sandbox', usual],
  ['SIGKILL', 'its sandbox', usual],
  ...(isRoot ? [['SIGKILL', 'namespaces of root', asOwnRoot] as const] : []),
] as const)('when a builder is ended by %s, nothing in %s outlives it', async (signal, _, start) => {
  const work = await mkdtemp(join(tmpdir(), 'sandbox-end-'));
  const mark = `mark-${process.pid}-${signal}`;
  const script = 'trap "" TERM; (trap "" TERM; sleep 60) & echo ready >&2; wait';
  await writeFile(
    join(work, 'build.ts'),
    `${start}\nawait start(['sh', '-c', ${JSON.stringify(script)}, '${mark}']);`,
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
});
