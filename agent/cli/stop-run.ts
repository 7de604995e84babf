import { readdir, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Paths } from '../config/paths.ts';
import { openStore } from '../state/store.ts';
import type { Phase } from '../state-machine/memory.ts';

/** Where an update can still be given up; a run on trial is never stopped from here. */
const stoppable: readonly Phase['at'][] = [
  'offered',
  'written',
  'acquiring',
  'locked',
  'flipped',
  'wanted',
  'asking',
  'holding',
];

/**
 * Stops the run that goes on with an update an operator gives up: waited for, it would end in the very reboot. The number
 * in the lock file counts only while its process has that file open.
 */
export async function stopRun({ run, state }: Pick<Paths, 'run' | 'state'>, pid: string): Promise<void> {
  const { memory } = await openStore(state).read(new Date());
  if (!stoppable.includes(memory.phase.at) || !/^[1-9]\d*$/.test(pid)) return;
  if (await hasOpen(pid, join(run, 'agent.lock'))) process.kill(Number(pid), 'SIGTERM');
}

async function hasOpen(pid: string, file: string): Promise<boolean> {
  try {
    const folder = `/proc/${pid}/fd`;
    const wanted = await realpath(file);
    const names = await readdir(folder);
    // the process closes files while it is looked at
    const targets = await Promise.all(names.map((name) => readlink(join(folder, name)).catch(() => '')));
    return targets.includes(wanted);
  } catch {
    // the process or the lock file is gone: there is nothing to stop
    return false;
  }
}
