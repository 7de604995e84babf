import { buildHostArch } from '../../../builder/build-host/build-host-arch.ts';
import { chooseAccelerator as choose, knownAccelerator } from '../../../lab/machine/accelerator.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { Host } from './qemu-args.ts';

/** What machines of an architecture run on: emulation, unless `chooseAccelerator` found that KVM boots a kernel. */
export async function findHost(arch: Arch = buildHostArch()): Promise<Host> {
  return { accelerator: await knownAccelerator(arch) };
}

/** Finds out once per boot of this machine whether KVM works, by the boot file of a release for it; the answer is kept. */
export async function chooseAccelerator(bootFile: string, arch: Arch = buildHostArch()): Promise<void> {
  await choose(bootFile, arch);
}
