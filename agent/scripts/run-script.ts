import { spawn } from 'node:child_process';
import { basename } from 'node:path';

const tailLength = 2048;
const graceMs = 1000;

/** How a script ended; `problem` is null when it went well. */
export interface Outcome {
  name: string;
  problem: string | null;
}

/**
 * Runs one script with a limit in seconds; at the end of it, or when aborted, its whole process group goes. New files get
 * the usual mask and not the agent's, which is set by a shell: ours would change for all that is written meanwhile.
 */
export function runScript(path: string, limit: number, signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', 'umask 022; exec "$0"', path], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const name = basename(path);
    let tail = '';
    let killed: string | null = null;
    let force: NodeJS.Timeout | undefined;
    const collect = (chunk: Buffer) => {
      tail = (tail + chunk.toString('utf8')).slice(-tailLength);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const end = (why: string) => {
      killed ??= why;
      killGroup(child.pid, 'SIGTERM');
      force ??= setTimeout(() => killGroup(child.pid, 'SIGKILL'), graceMs);
    };
    const timer = setTimeout(() => end(`did not end within ${limit} s`), limit * 1000);
    const abort = () => end('the agent was stopped');
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    let isDone = false;
    const done = (problem: string | null) => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      clearTimeout(force);
      signal.removeEventListener('abort', abort);
      killGroup(child.pid, 'SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
      const words = [problem, tail.trim()].filter(Boolean).join(': ');
      resolve({ name, problem: problem === null ? null : words });
    };
    child.on('error', (error) => done(error.message));
    child.on('exit', (code, by) => {
      setImmediate(() => done(killed ?? (code === 0 ? null : `ended with ${code ?? by}`)));
    });
  });
}

/** What a script left running in its group goes too. */
function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid) process.kill(-pid, signal);
  } catch {
    // the group is gone already
  }
}
