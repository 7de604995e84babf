import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InterlockError } from '../../protocol/errors.ts';

/** Ends the hold; the kernel does the same when the process dies. */
export type Unlock = () => Promise<void>;

/**
 * Makes sure that one agent runs per host. Throws `busy` with the other's pid after `patience` seconds.
 * flock(1) locks the open file that it inherits from us, so the lock is the kernel's and never stale.
 */
export async function holdLock(file: string, patience = 0): Promise<Unlock> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, 'a+');
  try {
    if (!(await flock(handle.fd, patience))) {
      const pid = (await handle.readFile('utf8')).trim() || 'unknown';
      throw new InterlockError('busy', { program: 'interlock-agent', pid });
    }
    await handle.truncate(0);
    await handle.write(`${process.pid}\n`);
    return () => handle.close();
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function flock(fd: number, patience: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['--timeout', String(patience), '3'], {
      stdio: ['ignore', 'ignore', 'ignore', fd],
    });
    child.on('error', (cause) =>
      reject(new InterlockError('tool_missing', { tool: 'flock', package: 'util-linux' }, { cause })),
    );
    child.on('close', (code) => resolve(code === 0));
  });
}
