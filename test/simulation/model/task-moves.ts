import type { Task } from '../../../agent/ports/tasks.ts';
import { handle, type Moves } from './agent-moves.ts';
import type { Host } from './host.ts';
import type { Setting } from './setting.ts';

const kinds = ['reboot', 'command'] as const;

/** What is ordered of a host besides updates, and what becomes of a task, whether its agent lives or not. */
export function taskMoves(host: Host, setting: Setting, { did, went }: Moves): void {
  if (host.power === 'off') return;
  const isFree = host.agent === 'off' || host.agent === 'on';
  if (host.orders > 0 && isFree && mayOrder(host)) {
    for (const kind of kinds) {
      const ordered = handle(host, { kind: 'maintain', task: taskOf(kind) }, setting);
      did(`is ordered a ${kind}`, { ...ordered, agent: 'off', orders: host.orders - 1 });
    }
  }
  if (isCutOff(host)) {
    // the way out is free: it must always be there
    const task = taskOf('reboot');
    did('is ordered a reboot, its task was cut off', {
      ...handle(host, { kind: 'maintain', task }, setting),
      agent: 'off',
    });
  }
  if (host.task !== 'running') return;
  did('task ends', { ...host, task: 'done' });
  went('task fails', () => ({ ...host, task: 'failed' }));
  if (!host.asked) went('task asks for a reboot', () => ({ ...host, asked: true }));
  went('task is cut off', () => ({ ...host, task: 'cut off', agent: 'off' }));
}

/** Orders of both kinds fit where nothing is under way. */
function mayOrder({ memory: { phase } }: Host): boolean {
  return phase.at === 'idle';
}

function isCutOff({ memory: { phase }, agent }: Host): boolean {
  return phase.at === 'working' && phase.lost && agent === 'off';
}

function taskOf(kind: Task['kind']): Task {
  return { kind, name: kind, key: '9'.repeat(64), group: null, timeoutSeconds: 1 };
}
