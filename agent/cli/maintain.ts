import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { line, visible } from '../../protocol/text/visible.ts';
import { type Answer, answer, verb } from '../../system/command/command.ts';
import { print } from '../../system/terminal/print.ts';
import type { Task } from '../ports/tasks.ts';
import type { Memory } from '../state-machine/memory.ts';
import { requireConfigured } from './update-orders.ts';
import { operatorPatience, order } from './verbs.ts';
import { type OpenAgent, withAgent } from './with-agent.ts';

interface RunOptions {
  group?: string;
  timeout?: string;
  now?: boolean;
}

const anyTimeOption = ['--now', 'whatever the windows of this host say'] as const;
/** Whoever waits for a place sees every so often why. */
const sayMs = 10_000;

/** `interlock-agent reboot`: the same way down and up as an update's, without an update. */
export function addReboot(program: Command, root: () => string): void {
  verb(
    program,
    'reboot',
    'Reboot through the lock, with hooks and health checks; a staged update goes on by it',
    'interlock-agent reboot',
  )
    .option(...anyTimeOption)
    .action(
      answer(({ now = false }: { now?: boolean }) =>
        order(root(), async (agent) => {
          requireConfigured(agent);
          const task = { ...newTask('reboot', null), kind: 'reboot' as const };
          return [
            { kind: 'maintain', task },
            { kind: 'proceed', anyTime: now },
          ];
        }),
      ),
    );
}

/** `interlock-agent lock run`: a command while this host holds a place. */
export function addLockRun(lock: Command, root: () => string): void {
  verb(
    lock,
    'run <command...>',
    'Run a command while this host holds a place; wait for one first',
    'interlock-agent lock run -- systemctl restart docker',
    'interlock-agent lock run --timeout 600 -- /usr/local/bin/resize',
  )
    .option('--group <group>', 'take a place of this group; by default of the configured one')
    .option('--timeout <seconds>', 'end the command and all it started after this long')
    .option(...anyTimeOption)
    .action(answer((command: string[], options: RunOptions) => lockRun(root(), command, options)));
}

async function lockRun(root: string, command: string[], options: RunOptions): Promise<Answer> {
  const { group = null, timeout, now = false } = options;
  const seconds = timeout === undefined ? null : Number(timeout);
  if (seconds !== null && !(seconds > 0)) {
    throw new InterlockError('usage', { problem: `--timeout takes seconds, not ${timeout}` });
  }
  const name = command.join(' ');
  const use = async (agent: OpenAgent) => {
    requireConfigured(agent);
    const timeoutSeconds = seconds ?? agent.settings.tasks.timeout;
    return runToEnd(agent, { ...newTask(name, group), timeoutSeconds }, now);
  };
  const memory = await withAgent(root, use, operatorPatience, undefined, command);
  const { phase, lastTask, wait } = memory;
  if (phase.at === 'working') {
    throw new InterlockError('task_lost', {
      task: name,
      problem: memory.problem?.problem ?? 'it was cut off',
    });
  }
  if (phase.at !== 'idle' || !lastTask) {
    const problem = wait?.reason ?? 'stopped';
    throw new InterlockError('task_failed', { task: name, problem });
  }
  if (!lastTask.ok) throw new InterlockError('task_failed', { task: name, problem: lastTask.problem });
  return { text: line`${name}: done, and its place was given back`, data: { lastTask } };
}

/** Waits for the place, runs the task, and gives the place back; a stop ends each of these in good order. */
async function runToEnd(agent: OpenAgent, task: Task, anyTime: boolean): Promise<Memory> {
  let memory = await agent.run([
    { kind: 'maintain', task },
    { kind: 'proceed', anyTime },
  ]);
  while (isUnderWay(memory, task) && !agent.signal.aborted) {
    const left = memory.wait ? Date.parse(memory.wait.until) - Date.now() : 0;
    if (memory.wait) print(visible(`${memory.phase.at}: ${memory.wait.reason}`), process.stderr);
    // a stop ends the pause
    await sleep(Math.max(0, Math.min(left, sayMs)), undefined, { signal: agent.signal }).catch(() => {});
    memory = await agent.run();
  }
  const { at } = memory.phase;
  if (at !== 'wanted' && at !== 'asking') return memory;
  return agent.run([{ kind: 'cancel', reason: 'stopped by its operator' }]);
}

function isUnderWay({ phase }: Memory, { key }: Task): boolean {
  if (!('task' in phase) || phase.task.key !== key) return false;
  return !(phase.at === 'working' && phase.lost);
}

/** Each task is another one for the lock: none inherits the record of the last. */
function newTask(name: string, group: string | null): Task {
  const key = randomBytes(32).toString('hex');
  return { kind: 'command', name, key, group, timeoutSeconds: 0 };
}
