import { spawn } from 'node:child_process';
import { errorTable } from '../../protocol/errors/error-table.ts';
import { type Details, errorOf, InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Failure } from '../../protocol/errors/operands.ts';

/** This very program as a command: Node and its first file. */
export type Interlock = readonly [string, ...string[]];

/**
 * Runs a verb of ours as a person would and gives its JSON; progress goes to the terminal. A lab is made by the commands that make a fleet,
 * so nothing works in one alone. Throws the verb's own error.
 */
export async function callInterlock<T>(
  [program, ...first]: Interlock,
  args: readonly string[],
  { env = {}, isQuiet = false }: { env?: Record<string, string>; isQuiet?: boolean } = {},
): Promise<T> {
  const child = spawn(program, [...first, '--json', ...args], {
    stdio: ['ignore', 'pipe', isQuiet ? 'pipe' : 'inherit'],
    env: { ...process.env, ...env },
  });
  const output: Buffer[] = [];
  const said: Buffer[] = [];
  child.stdout!.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
  const status = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const text = Buffer.concat(output).toString('utf8');
  if (status === 0) return JSON.parse(text) as T;
  const words = Buffer.concat(said).toString('utf8').trim();
  throw (
    errorIn(text) ??
    new InterlockError('tool_failed', { tool: `interlock ${args[0]}`, status, output: words })
  );
}

function errorIn(text: string): InterlockError | undefined {
  try {
    const { error } = JSON.parse(text) as { error: { kind: string; details: Details } };
    if (!Object.hasOwn(errorTable, error.kind)) return undefined;
    return errorOf({ code: error.kind, details: error.details } as Failure);
  } catch {
    // it ended before it could say why
    return undefined;
  }
}
