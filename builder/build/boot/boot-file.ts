import { readFile } from 'node:fs/promises';
import type { Definition } from '../../define/definition.ts';
import { type InitrdFile, packInitrd } from '../../pack/initrd.ts';
import { packUki } from '../../pack/uki.ts';
import { osRelease } from '../normalise/name-release.ts';
import type { BootParts } from './boot-parts.ts';

const initScript = new URL('../../pack/init.sh', import.meta.url);

/** Debian's merged folders, so that /bin/sh and /lib64 lead where programs expect them. */
const mergedFolders = ['bin', 'sbin', 'lib'];

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
      files: initrdFiles(boot),
      modules: [...boot.modules.keys()],
    }),
  });
}

/** The command line of a release; a panic, as a corrupt block makes one, reboots so that the boot counter counts. */
export function kernelCommandLine({ cmdline }: Pick<Definition, 'cmdline'>, rootHash: string): string {
  return [`interlock.roothash=${rootHash}`, 'ro', 'quiet', 'panic=1', cmdline].filter(Boolean).join(' ');
}

function initrdFiles({ programs, modules }: BootParts): Map<string, InitrdFile> {
  const files = new Map<string, InitrdFile>();
  for (const folder of mergedFolders) files.set(folder, { target: `usr/${folder}` });
  for (const [path, content] of programs) files.set(path, { content, mode: 0o755 });
  for (const [path, content] of modules) files.set(path, { content, mode: 0o644 });
  return files;
}
