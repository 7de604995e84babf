import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How an agent's run ended. */
export interface AgentExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A run of the shipped agent under the pinned Node, in a process group of its own. */
export interface AgentProcess {
  pid: number;
  ended: Promise<AgentExit>;
  kill(signal: NodeJS.Signals): void;
}

const main = fileURLToPath(new URL('../../../agent/cli/main.ts', import.meta.url));

/** Starts `interlock-agent --root DIR …`; `entry` is another program for tests of the supervisor itself. */
export function startAgent(root: string, args: readonly string[], entry = main): AgentProcess {
  const child = spawn(process.execPath, [entry, '--root', root, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(-64_000);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-64_000);
  });
  const ended = new Promise<AgentExit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    pid: child.pid!,
    ended,
    kill(signal) {
      try {
        process.kill(-child.pid!, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    },
  };
}
