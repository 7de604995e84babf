import type { Definition } from '../../define/definition.ts';
import { packInitrd, readInit } from '../../pack/initrd.ts';
import { packUki } from '../../pack/uki.ts';
import { osRelease } from '../normalise/name-release.ts';
import type { BootParts } from './boot-parts.ts';

/** Makes `boot.efi`: kernel, initrd, and a command line that names the root hash (hex). */
export async function bootFile(
  boot: BootParts,
  definition: Definition,
  version: string,
  rootHash: string,
): Promise<Buffer> {
  return packUki({
    stub: boot.stub,
    osRelease: osRelease(definition, version),
    cmdline: kernelCommandLine(definition, rootHash),
    uname: boot.kernelRelease,
    kernel: boot.kernel,
    initrd: packInitrd({
      init: await readInit(),
      programs: boot.programs,
      modules: boot.modules,
      drivers: boot.drivers,
    }),
  });
}

/**
 * The command line of a release; a panic, as a corrupt block makes one, reboots so that the boot counter counts, and a
 * hang ends by the watchdog. Partitions are the initrd's and the agent's business, not systemd's.
 */
function kernelCommandLine({ cmdline }: Pick<Definition, 'cmdline'>, rootHash: string): string {
  const own = ['ro', 'quiet', 'panic=1', 'interlock.watchdog=1', 'systemd.gpt_auto=0'];
  return [`interlock.roothash=${rootHash}`, ...own, cmdline].filter(Boolean).join(' ');
}
