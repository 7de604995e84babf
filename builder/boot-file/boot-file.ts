import type { Definition } from '../definition/definition.ts';
import { kernelCommandLine } from '../definition/kernel-command-line.ts';
import { osRelease } from '../tree/normalise/name-release.ts';
import { packInitrd, readInit } from './initrd.ts';
import type { BootParts } from './parts/boot-parts.ts';
import { packUki } from './uki.ts';

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
      liveModules: boot.liveModules,
      microcode: boot.microcode,
    }),
  });
}
