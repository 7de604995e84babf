import { readFile } from 'node:fs/promises';
import type { Definition } from '../../define/definition.ts';
import { initScript, packInitrd } from '../../pack/initrd.ts';
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
      init: await readFile(initScript),
      programs: boot.programs,
      modules: boot.modules,
    }),
  });
}

/** The command line of a release; a panic, as a corrupt block makes one, reboots so that the boot counter counts. */
function kernelCommandLine({ cmdline }: Pick<Definition, 'cmdline'>, rootHash: string): string {
  return [`interlock.roothash=${rootHash}`, 'ro', 'quiet', 'panic=1', cmdline].filter(Boolean).join(' ');
}
