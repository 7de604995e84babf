import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { run } from '../../../system/process/run.ts';
import { unpackedPackages } from '../lock/required-packages.ts';
import { aptEnvironment } from '../network/apt-network.ts';

/**
 * Asks apt for the packages that a build takes files out of without installing them, as `--print-uris` writes them;
 * what they depend on is not wanted. Nothing for those that the archive does not have.
 */
export async function solveUnpacked(config: string, arch: Arch): Promise<string> {
  const found: string[] = [];
  for (const { name } of unpackedPackages(arch)) {
    const ask = ['-qq', '--print-uris', 'download', name];
    found.push(await run('apt-get', ask, { env: aptEnvironment(config) }).catch(nothingWhenUnknown));
  }
  return found.join('');
}

/** An archive of somebody's own need not have a boot loader for machines that he does not have. */
function nothingWhenUnknown(error: unknown): string {
  const isUnknown =
    error instanceof InterlockError &&
    error.code === 'tool_failed' &&
    /Unable to locate package|has no installation candidate|Can't select candidate/.test(
      String(error.details.output),
    );
  if (isUnknown) return '';
  throw error;
}
