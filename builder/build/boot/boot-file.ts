import type { Definition } from '../../define/definition.ts';
import { kernelCommandLine } from '../../define/kernel-command-line.ts';
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
      microcode: boot.microcode,
    }),
  });
}
