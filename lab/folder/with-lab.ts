import { holdLock } from '../../system/files/hold-lock.ts';
import { labPaths } from './lab.ts';

/** Only one command at a time changes a lab. */
export async function withLab<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const unlock = await holdLock(labPaths(folder).lock, 'interlock lab');
  try {
    return await work();
  } finally {
    await unlock();
  }
}
