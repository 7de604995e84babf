import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { makeLockFile } from './private-files.ts';

/** Ends the hold; the kernel does the same when the process dies. */
export type Unlock = () => Promise<void>;

/** How long to wait for another process, in seconds, and what is called when it waits. */
export interface Patience {
  seconds: number;
  onWait(pid: string): void;
}

/**
 * Makes sure that one process of `program` works on something. Throws `busy` with the other's pid when patience is over, at
 * once without. flock(1) locks the open file that it inherits from us, so the lock is the kernel's and never stale.
 */
export async function holdLock(file: string, program: string, patience?: Patience): Promise<Unlock> {
  await mkdir(dirname(file), { recursive: true });
  await makeLockFile(file);
  const handle = await open(file, 'a+');
  try {
    if (!(await flock(handle.fd, 0))) {
      const pid = (await readFile(file, 'utf8')).trim() || 'unknown';
      patience?.onWait(pid);
      if (!patience || !(await flock(handle.fd, patience.seconds))) {
        throw new InterlockError('busy', { program, pid });
      }
    }
    await handle.truncate(0);
    await handle.write(`${process.pid}\n`);
    return () => handle.close();
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function flock(fd: number, seconds: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['--timeout', String(seconds), '3'], {
      stdio: ['ignore', 'ignore', 'ignore', fd],
    });
    child.on('error', (cause) =>
      reject(new InterlockError('tool_missing', { tool: 'flock', package: 'util-linux' }, { cause })),
    );
    child.on('close', (code) => resolve(code === 0));
  });
}
