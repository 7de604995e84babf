import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { InterlockError } from '../protocol/errors/interlock-error.ts';

const interlock = join(import.meta.dirname, '../bin/interlock');

/** Verbs that show what they sign. */
const signing = ['publish', 'rollback'];

/** Prints the summary of what is signed, without the list of changed fields. */
function printSigned(line: string): void {
  if (!/^ {4}[+-] /.test(line)) process.stderr.write(`${line}\n`);
}

/** Runs `interlock …`, prints its progress, and returns its JSON output. */
export async function command<T>(args: readonly string[], env: Record<string, string> = {}): Promise<T> {
  const signs = signing.includes(args[0] ?? '');
  const child = spawn(interlock, ['--json', ...args], {
    stdio: ['ignore', 'pipe', signs ? 'pipe' : 'inherit'],
    env: { ...process.env, ...env },
  });
  if (child.stderr) createInterface(child.stderr).on('line', printSigned);
  let output = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0)
    throw new InterlockError('tool_failed', { tool: `interlock ${args[0]}`, status: String(status), output });
  return JSON.parse(output) as T;
}

export interface Server {
  url: string;
  adminToken: string;
  stop(): Promise<void>;
}

/** Starts `interlock serve` on a free port and waits until it listens. */
export async function startServer(data: string, onlineKeys: string): Promise<Server> {
  const args = ['serve', '--data', data, '--online-keys', onlineKeys, '--listen', '127.0.0.1:0'];
  const child = spawn(interlock, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let adminToken = '';
  for await (const line of createInterface(child.stdout)) {
    adminToken = /^admin token: (\S+)/.exec(line)?.[1] ?? adminToken;
    const url = /^listening on (\S+)/.exec(line)?.[1];
    if (url) return { url, adminToken, stop: () => stop(child) };
  }
  throw new InterlockError('server_unready', { problem: 'the update server did not start' });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
