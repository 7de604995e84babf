import { type SpawnOptions, spawn } from 'node:child_process';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { onStop } from './stop.ts';

/** Which Debian package brings a program that we call; `setup.js` installs them. */
const packageOf: Record<string, string> = {
  mmdebstrap: 'mmdebstrap',
  'apt-get': 'apt',
  newuidmap: 'uidmap',
  mke2fs: 'e2fsprogs',
  'qemu-img': 'qemu-utils',
};

/** `endsWithUs`: a signal that ends this process ends the program too. */
export interface RunOptions extends SpawnOptions {
  input?: string;
  endsWithUs?: boolean;
  /** How many of the last lines of a program that failed are kept: 8 unless given. */
  lines?: number;
}

/** Runs a program to its end and returns what it printed; throws `tool_missing` or `tool_failed`. */
export async function run(tool: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { input, endsWithUs, lines = 8, ...spawnOptions } = options;
  const child = spawn(tool, args, {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...spawnOptions,
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  // a program that ends before it read everything says so by its status
  child.stdin?.on('error', () => {});
  if (input !== undefined) child.stdin?.end(input);
  const forget = endsWithUs ? onStop(() => child.kill('SIGKILL')) : () => {};
  const status = await new Promise<number | string>((resolve, reject) => {
    child.on('error', (cause: NodeJS.ErrnoException) => reject(startFailure(tool, cause)));
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  }).finally(forget);
  if (status !== 0)
    throw new InterlockError('tool_failed', { tool, status, output: tail(err.length ? err : out, lines) });
  return Buffer.concat(out).toString('utf8');
}

function startFailure(tool: string, cause: NodeJS.ErrnoException): InterlockError {
  if (cause.code === 'ENOENT') {
    return new InterlockError('tool_missing', { tool, package: packageOf[tool] ?? tool }, { cause });
  }
  return new InterlockError(
    'tool_failed',
    { tool, status: cause.code ?? 'unknown', output: cause.message },
    { cause },
  );
}

function tail(chunks: Buffer[], lines: number): string {
  return Buffer.concat(chunks).toString('utf8').trim().split('\n').slice(-lines).join('\n');
}
