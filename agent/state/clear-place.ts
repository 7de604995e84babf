import { stat } from 'node:fs/promises';
import { setAside } from './store.ts';

/** A folder where a file of the agent should be would keep it from being written: it is kept under another name. */
export async function clearPlace(file: string, now: Date = new Date()): Promise<void> {
  // nothing there, or nothing to be seen: writing it says what is wrong
  const found = await stat(file).catch(() => null);
  if (found?.isDirectory()) await setAside(file, now);
}
