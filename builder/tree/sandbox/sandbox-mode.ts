import { fileURLToPath } from 'node:url';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { run } from '../../../system/process/run.ts';

/** How the sandbox is root of its trees: in a user namespace, or as the root this process is. */
export type SandboxMode = 'unshare' | 'root';

const userNamespace = ['--user', '--map-root-user', '--map-auto'];
const others = ['--mount', '--net', '--uts', '--ipc', '--pid', '--fork', '--kill-child'];

/** Options of unshare(1) that make the sandbox's namespaces. */
export function namespaces(mode: SandboxMode): string[] {
  return mode === 'unshare' ? [...userNamespace, ...others] : others;
}

const asOwnRoot = fileURLToPath(new URL('as-own-root.sh', import.meta.url));

/**
 * The start of a command line that runs a program in these namespaces; `ownRegister` puts them below a user namespace
 * in every mode, because a register of foreign formats belongs to one.
 */
export function intoNamespaces(mode: SandboxMode, ownRegister = false): string[] {
  const before = ownRegister && mode === 'root' ? ['/bin/sh', asOwnRoot] : [];
  return [...before, 'unshare', ...namespaces(mode)];
}

/** Finds out by trying; throws `namespaces_forbidden` when neither way works. */
export async function sandboxMode(): Promise<SandboxMode> {
  if (await works([...namespaces('unshare'), 'true'])) return 'unshare';
  const isRoot = process.getuid?.() === 0;
  if (isRoot && (await works([...namespaces('root'), 'chroot', '/', '/bin/true']))) return 'root';
  throw new InterlockError('namespaces_forbidden');
}

async function works(args: readonly string[]): Promise<boolean> {
  try {
    await run('unshare', args);
    return true;
  } catch (error) {
    if (error instanceof InterlockError && error.code.startsWith('tool_')) return false;
    throw error;
  }
}
