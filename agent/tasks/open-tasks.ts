import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Task, TaskEnd, TasksPort } from '../ports/tasks.ts';
import { findMembers, killMembers, taskVariable } from './find-members.ts';
import { openTaskFiles, secondsUp, type TaskFiles } from './task-files.ts';

const pollMs = 200;
/** After being asked to end, a task has this long. */
const graceMs = 1000;
/** A shell that was started says its process group within this long, on the slowest host. */
const silentSeconds = 30;

/** Records the group and the end itself, so that neither needs the agent alive. */
const shell =
  'umask 022; f=$1; shift; echo $$ >"$f.group"; "$@"; c=$?; echo $c >"$f.tmp"; mv "$f.tmp" "$f.end"; exit $c';

/**
 * Runs tasks in a process group of their own. A task outlives an agent that is killed, and the next agent finds it again; it is
 * never started twice. `command`: what its operator typed, in the process that he started.
 */
export function openTasks(run: string, command: readonly string[] | null, signal: AbortSignal): TasksPort {
  return {
    isWanted: ({ kind }) => kind === 'command' && command !== null,
    async run(task, id): Promise<TaskEnd> {
      const files = openTaskFiles(run, id);
      if ((await files.started()) !== null) return attend(task, id, files, null, signal);
      if (command === null) return ended('the command that ordered it had ended before it started');
      await files.noteStart();
      return attend(task, id, files, start(id, files, command), signal);
    },
  };
}

function start(id: string, { base }: TaskFiles, command: readonly string[]): ChildProcess {
  return spawn('/bin/sh', ['-c', shell, 'sh', base, ...command], {
    stdio: 'inherit',
    detached: true,
    env: { ...process.env, [taskVariable]: id },
  });
}

/** Waits for the recorded end, and sees to the limit. */
async function attend(
  { timeoutSeconds }: Task,
  id: string,
  files: TaskFiles,
  child: ChildProcess | null,
  signal: AbortSignal,
): Promise<TaskEnd> {
  let problem = '';
  child?.on('error', (error) => {
    problem = error.message;
  });
  while (true) {
    const isOver = await isGone(id, files);
    const status = await files.end();
    if (status !== null) {
      await stop(id, files, child);
      return status === 0 ? { kind: 'ended', ok: true, problem: '' } : ended(`it ended with ${status}`);
    }
    if (problem) return ended(problem);
    if (isOver) return { kind: 'lost', problem: 'it was cut off, and nobody knows what it left behind' };
    const seconds = (await secondsUp()) - ((await files.started()) ?? 0);
    if (seconds >= timeoutSeconds || signal.aborted) {
      const why = signal.aborted ? 'the agent was stopped' : `it did not end within ${timeoutSeconds} s`;
      return (await stop(id, files, child))
        ? ended(why)
        : { kind: 'lost', problem: `${why}, and it cannot be ended` };
    }
    // a stop ends the pause
    await sleep(pollMs, undefined, { signal }).catch(() => {});
  }
}

/** Whether nothing of the task runs any more. It is asked before the end is read, so that an end in between is not missed. */
async function isGone(id: string, files: TaskFiles): Promise<boolean> {
  const group = await files.group();
  if (group === null) return (await secondsUp()) - ((await files.started()) ?? 0) > silentSeconds;
  return (await findMembers(group, id)).length === 0;
}

/** Ends the whole group; false when something of it is left. */
async function stop(id: string, files: TaskFiles, child: ChildProcess | null): Promise<boolean> {
  const group = (await files.group()) ?? child?.pid ?? null;
  if (group === null) return false;
  await killMembers(group, id, 'SIGTERM');
  const until = performance.now() + graceMs;
  while (performance.now() < until) {
    if ((await findMembers(group, id)).length === 0) return true;
    await sleep(50);
  }
  await killMembers(group, id, 'SIGKILL');
  await sleep(50);
  return (await findMembers(group, id)).length === 0;
}

function ended(problem: string): TaskEnd {
  return { kind: 'ended', ok: false, problem };
}
