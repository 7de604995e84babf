import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { Definition } from '../../definition/definition.ts';
import { removeWhere } from '../../tree/entries/change.ts';
import { readBody, type Tree } from '../../tree/entries/entry.ts';
import { matchPaths } from '../../tree/entries/match-paths.ts';
import { findKernel } from './find-kernel.ts';
import { type InitrdModules, kernelModules } from './kernel-modules.ts';
import { readMicrocode } from './microcode.ts';
import { moduleFirmware } from './module-firmware.ts';
import { programFiles } from './program-files.ts';

/** What a boot file is made of in addition to the command line. */
export interface BootParts {
  /** Release string of the kernel, as `uname -r` prints it. */
  kernelRelease: string;
  kernel: Buffer;
  /** systemd's EFI stub, a PE file. */
  stub: Buffer;
  /** systemd-boot itself, for first-install disks. */
  loader: Buffer;
  /** Files of the initrd by path. */
  programs: Map<string, Buffer>;
  /** Modules by path, in the order they are loaded. */
  modules: Map<string, Buffer>;
  /** More modules for the devices found, modprobe's tables, and firmware that modules ask for, by path. */
  drivers: Map<string, Buffer>;
  /** Modules that only a boot from an installer's medium loads, by path and in order. */
  liveModules: Map<string, Buffer>;
  /** Microcode of processors, by the name the kernel looks for. */
  microcode: Map<string, Buffer>;
}

/** Takes what booting needs out of a freshly installed tree; the root does not carry kernel and stub a second time. */
export async function takeBootParts(tree: Tree, arch: Arch, definition: Definition): Promise<BootParts> {
  const suffix = arch === 'x86-64' ? 'x64' : 'aa64';
  const efi = 'usr/lib/systemd/boot/efi';
  const { release: kernelRelease, path } = findKernel(tree, definition.kernel, arch);
  const chosen = await kernelModules(tree, kernelRelease, definition);
  const readAll = async (paths: readonly string[]) =>
    new Map(await Promise.all(paths.map(async (path) => [path, await read(tree, path)] as const)));
  const [modules, drivers] = [await readAll(chosen.load), await readAll(chosen.drivers)];
  const liveModules = await readAll(chosen.live);
  const firmware = await moduleFirmware(tree, [...modules.values(), ...drivers.values()]);
  const parts = {
    kernelRelease,
    kernel: await read(tree, path),
    stub: await read(tree, `${efi}/linux${suffix}.efi.stub`),
    loader: await read(tree, `${efi}/systemd-boot${suffix}.efi`),
    programs: await initrdPrograms(tree),
    modules,
    drivers: new Map([...drivers, ...tablesOf(chosen, kernelRelease), ...firmware]),
    liveModules,
    microcode: arch === 'x86-64' ? await readMicrocode(tree) : new Map<string, Buffer>(),
  };
  removeWhere(tree, matchPaths(['boot/*', 'usr/lib/modules/*/vmlinuz', `${efi}/*.stub`]));
  return parts;
}

function tablesOf({ dependencies, aliases }: InitrdModules, kernelRelease: string): [string, Buffer][] {
  if (!dependencies) return [];
  const folder = `usr/lib/modules/${kernelRelease}`;
  return [
    [`${folder}/modules.dep`, Buffer.from(dependencies)],
    [`${folder}/modules.alias`, Buffer.from(aliases)],
  ];
}

async function initrdPrograms(tree: Tree): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const program of ['usr/bin/busybox', 'usr/sbin/dmsetup', 'usr/sbin/e2fsck']) {
    for (const [path, content] of await programFiles(tree, program)) found.set(path, content);
  }
  return found;
}

async function read(tree: Tree, path: string): Promise<Buffer> {
  const entry = tree.get(path);
  if (entry?.type !== 'file') throw new InterlockError('not_found', { what: `/${path} in the image` });
  return readBody(entry.body);
}
