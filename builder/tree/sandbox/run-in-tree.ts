import { fileURLToPath } from 'node:url';
import { hasCode, InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { inSandbox, type SandboxOptions } from './in-sandbox.ts';

/** Shell programs that give a tree's folder the sandbox's devices, /proc and /sys, and take them back. */
export const mountTree = fileURLToPath(new URL('mount-tree.sh', import.meta.url));
/** Takes back what `mountTree` mounted. */
export const unmountTree = fileURLToPath(new URL('unmount-tree.sh', import.meta.url));

/** The environment that programs of a tree are run with; `epoch` in seconds since 1970. */
export function treeEnvironment(epoch: number): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    SOURCE_DATE_EPOCH: String(epoch),
  };
}

/**
 * Runs a program of the tree that lies in a folder, as root of it, in the sandbox; `argv` names it as the tree does.
 * Files of others than root must have been made by the sandbox's root (`inSandbox`). Returns what the program printed.
 */
export async function runInTree(
  folder: string,
  argv: readonly string[],
  options: SandboxOptions,
): Promise<string> {
  const steps = `sh "$1" "$2" tmp run && shift && exec chroot "$@"`;
  const inside = ['/bin/sh', '-c', steps, 'sh', mountTree, folder, ...argv];
  return inSandbox(inside, options).catch((error) => {
    if (!hasCode(error, 'tool_failed')) throw error;
    throw new InterlockError('tool_failed', { ...error.details, tool: argv[0]! }, { cause: error });
  });
}
