import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { listScripts } from './list-scripts.ts';
import { runScript } from './run-script.ts';

/** Runs the operator's hooks in name order, each with a limit in seconds. Throws `hook_failed` at the first that fails. */
export async function hooks(folder: string, timeout: number, signal: AbortSignal): Promise<void> {
  for (const path of await listScripts(folder)) {
    const { name, problem } = await runScript(path, timeout, signal);
    signal.throwIfAborted();
    if (problem !== null) throw new InterlockError('hook_failed', { hook: name, problem });
  }
}
