import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Task } from '../../../agent/ports/tasks.ts';
import { findMembers } from '../../../agent/tasks/find-members.ts';
import { openTasks } from '../../../agent/tasks/open-tasks.ts';

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'interlock-task-'));
});
afterEach(() => rm(run, { recursive: true, force: true }));

const id = '0123456789abcdef0123456789abcdef';
const task: Task = { kind: 'command', name: 't', key: 'e'.repeat(64), group: null, timeoutSeconds: 60 };
const never = new AbortController().signal;
const sh = (script: string) => ['/bin/sh', '-c', script];
const open = (script: string, signal = never) => openTasks(run, sh(script), signal);

async function groupOf(): Promise<number> {
  const file = join(run, 'task', `${id}.group`);
  while (!existsSync(file) || !(await readFile(file, 'utf8')).endsWith('\n')) await sleep(20);
  return Number(await readFile(file, 'utf8'));
}

it('says how it ended, and ends what is left of its group', async () => {
  expect(await open('exit 0').run(task, id)).toEqual({ kind: 'ended', ok: true, problem: '' });
  const other = id.replace('0', 'f');
  expect(await open('sleep 300 & exit 3').run(task, other)).toMatchObject({
    ok: false,
    problem: 'it ended with 3',
  });
  const group = Number(await readFile(join(run, 'task', `${other}.group`), 'utf8'));
  expect(await findMembers(group, other)).toEqual([]);
});

it('ends the whole group at its time limit, also what ignores a request', async () => {
  const script = 'trap "" TERM; (trap "" TERM; sleep 300) & sleep 300';
  const end = await open(script).run({ ...task, timeoutSeconds: 0.5 }, id);
  expect(end).toEqual({ kind: 'ended', ok: false, problem: 'it did not end within 0.5 s' });
  expect(await findMembers(await groupOf(), id)).toEqual([]);
});

it('is ended when the agent is stopped, and that is a recorded end', async () => {
  const stop = new AbortController();
  const end = open('sleep 300', stop.signal).run(task, id);
  const group = await groupOf();
  stop.abort();
  expect(await end).toMatchObject({ kind: 'ended', ok: false, problem: 'the agent was stopped' });
  expect(await findMembers(group, id)).toEqual([]);
});

it('outlives an agent that is killed: the next one finds its end, and starts nothing', async () => {
  const program = [
    `import { openTasks } from ${JSON.stringify(join(import.meta.dirname, '../../../agent/tasks/open-tasks.ts'))};`,
    `const signal = new AbortController().signal;`,
    `const command = ['/bin/sh', '-c', 'echo x >>${run}/runs; sleep 1.5; exit 4'];`,
    `await openTasks(${JSON.stringify(run)}, command, signal).run(${JSON.stringify(task)}, '${id}');`,
  ].join('\n');
  const file = join(run, 'agent.ts');
  await writeFile(file, program);
  const agent = spawn(process.execPath, [file], { stdio: 'ignore' });
  await groupOf();
  agent.kill('SIGKILL');
  const next = openTasks(run, null, never);
  expect(await next.run(task, id)).toMatchObject({ kind: 'ended', ok: false, problem: 'it ended with 4' });
  expect(await readFile(join(run, 'runs'), 'utf8')).toBe('x\n');
});

it('is lost when it was killed with its agent: nobody recorded an end', async () => {
  const stop = new AbortController();
  const first = open('sleep 300', stop.signal).run(task, id);
  const group = await groupOf();
  process.kill(-group, 'SIGKILL');
  expect(await first).toMatchObject({ kind: 'lost' });
  expect(await openTasks(run, null, never).run(task, id)).toMatchObject({ kind: 'lost' });
});

it('starts no command whose operator is gone', async () => {
  const tasks = openTasks(run, null, never);
  expect(tasks.isWanted(task)).toBe(false);
  expect(await tasks.run(task, id)).toMatchObject({ kind: 'ended', ok: false });
});
