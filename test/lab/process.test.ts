import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endProcess } from '../../lab/process/end.ts';
import { launch } from '../../lab/process/launch.ts';
import { runningPid } from '../../lab/process/running.ts';
import { processTag } from '../../system/process/process-tag.ts';

let folder: string;
let record: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-'));
  record = join(folder, 'program.pid');
});

afterEach(async () => {
  await endProcess(record, { signal: 'SIGKILL' });
  await rm(folder, { recursive: true });
});

const start = (...command: [string, ...string[]]) =>
  launch({ command, folder, log: join(folder, 'log'), record });

async function pidOnRecord(): Promise<number> {
  await expect.poll(() => runningPid(record), { timeout: 5000, interval: 10 }).toBeGreaterThan(0);
  return runningPid(record)!;
}

test('a program is on record as what it becomes, and ends by its record', async () => {
  await start('sh', '-c', 'echo "$0 here"; pwd; exec sleep 1000', 'program');
  const pid = await pidOnRecord();
  await expect.poll(() => readFile(`/proc/${pid}/cmdline`, 'utf8')).toBe('sleep\u00001000\0');
  expect(await readFile(join(folder, 'log'), 'utf8')).toBe(`program here\n${folder}\n`);
  await endProcess(record);
  expect(runningPid(record)).toBeUndefined();
  expect(isGone(pid)).toBe(true);
});

test('a program that does not listen is ended by force', async () => {
  await start('sh', '-c', 'trap "" TERM; echo on; while :; do sleep 0.1; done');
  const pid = await pidOnRecord();
  await expect.poll(() => readFile(join(folder, 'log'), 'utf8')).toBe('on\n');
  await endProcess(record, { seconds: 0.3 });
  expect(isGone(pid)).toBe(true);
});

test('it outlives the command that started it, killed or not', async () => {
  const module = new URL('../../lab/process/launch.ts', import.meta.url).pathname;
  const options = { command: ['sleep', '1000'], folder, log: join(folder, 'log'), record };
  const program = `const { launch } = await import(${JSON.stringify(module)});
    await launch(${JSON.stringify(options)}); process.kill(process.pid, 'SIGKILL');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
  await new Promise((resolve) => child.once('exit', resolve));
  const pid = await pidOnRecord();
  expect(pid).not.toBe(child.pid);
  await endProcess(record, { signal: 'SIGKILL' });
  expect(isGone(pid)).toBe(true);
});

test('whoever has the number of a program that ended is left alone', async () => {
  const [place, pid, started] = processTag().split('.');
  await writeFile(record, `${place}.${pid}.${Number(started) - 1}\n`);
  expect(runningPid(record)).toBeUndefined();
  await endProcess(record, { signal: 'SIGKILL' });
  await writeFile(record, `${place}.${pid}.${started}\n`);
  expect(runningPid(record)).toBe(process.pid);
  await rm(record);
});

test('a program that does not exist ends at once and says so in its log', async () => {
  await start('no-such-program');
  await expect.poll(() => readFile(join(folder, 'log'), 'utf8')).toContain('no-such-program');
  await expect.poll(() => runningPid(record)).toBeUndefined();
});

/** Nothing of it runs; its parent may not have noticed yet. */
function isGone(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return true;
  }
}
