import { readdir, readFile } from 'node:fs/promises';

/** Says in the environment of all that a task starts which task it is. */
export const taskVariable = 'INTERLOCK_TASK';

/**
 * The processes of a task's group. A number that another group has taken over since is not mistaken for it: all that a task
 * starts has its id in the environment.
 */
export async function findMembers(group: number, id: string): Promise<number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(names.map((name) => isMember(name, group, id)));
  return names.filter((_, index) => found[index]).map(Number);
}

async function isMember(pid: string, group: number, id: string): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // the program's name stands in brackets and may hold anything
    const own = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2];
    if (own !== String(group)) return false;
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    return environment.split('\0').includes(`${taskVariable}=${id}`);
  } catch {
    // it has ended meanwhile
    return false;
  }
}

/** Ends them. The group is named by its members alone, for its number may be somebody else's by now. */
export async function killMembers(group: number, id: string, signal: NodeJS.Signals): Promise<void> {
  for (const pid of await findMembers(group, id)) {
    try {
      process.kill(pid, signal);
    } catch {
      // it has ended meanwhile
    }
  }
}
