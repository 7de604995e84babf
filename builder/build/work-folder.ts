import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Makes an empty folder beside a target that will be renamed to it, and removes those that dead builds left. */
export async function workFolder(target: string): Promise<string> {
  const parent = dirname(target);
  const prefix = `${basename(target)}.tmp-`;
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    const owner = name.startsWith(prefix) && /^\d+/.exec(name.slice(prefix.length))?.[0];
    if (owner && !isAlive(Number(owner))) await rm(join(parent, name), { recursive: true, force: true });
  }
  return mkdtemp(`${target}.tmp-${process.pid}-`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
