import { InterlockError } from '../../protocol/errors.ts';
import { run } from '../../system/run.ts';

/** How mmdebstrap becomes root of its tree: in a user namespace, or as the root this process is. */
export type BootstrapMode = 'unshare' | 'root';

/** Finds out by trying; throws `namespaces_forbidden` when neither way works. */
export async function bootstrapMode(): Promise<BootstrapMode> {
  if (await works('unshare', ['--user', '--map-root-user', '--map-auto', '--mount', 'true'])) {
    return 'unshare';
  }
  const isRoot = process.getuid?.() === 0;
  if (isRoot && (await works('unshare', ['--mount', 'chroot', '/', '/bin/true']))) return 'root';
  throw new InterlockError('namespaces_forbidden');
}

async function works(tool: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(tool, args);
    return true;
  } catch (error) {
    if (error instanceof InterlockError && error.code.startsWith('tool_')) return false;
    throw error;
  }
}
