import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Unlock } from '../../system/files/hold-lock.ts';

/** Keeps an agent from starting while another process reads, without writing anything; null while one runs. */
export async function shareLock(file: string): Promise<Unlock | null> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  // no agent has run since the boot
  if (!handle) return async () => {};
  if (await isShared(handle.fd)) return () => handle.close();
  await handle.close();
  return null;
}

function isShared(fd: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['--shared', '--nonblock', '3'], {
      stdio: ['ignore', 'ignore', 'ignore', fd],
    });
    child.on('error', (cause) =>
      reject(new InterlockError('tool_missing', { tool: 'flock', package: 'util-linux' }, { cause })),
    );
    child.on('close', (code) => resolve(code === 0));
  });
}
