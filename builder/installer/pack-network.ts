import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { mediumFiles, mediumFolder, ownCommandLine } from '../../protocol/installer/medium.ts';
import { syncFolder, writeDurably } from '../../system/files/durable.ts';
import { type CpioEntry, packCpio } from '../boot-file/cpio.ts';
import type { UkiInput } from '../boot-file/uki.ts';
import type { CutMedium } from './cut-medium.ts';
import { liveBoot } from './live-boot.ts';

const compress = promisify(zstdCompress);

/**
 * Writes the files for a boot by network: kernel and initrd for PXE, an iPXE script that loads them, and the same as one EFI program
 * for UEFI HTTP boot. The medium lies in the initrd, in an archive of its own.
 */
export async function packNetwork(
  parts: UkiInput,
  medium: CutMedium,
  cmdline: string,
  sign: (program: Buffer) => Buffer,
  out: string,
): Promise<number> {
  const archive = await compress(await packMedium(medium, cmdline));
  const padding = Buffer.alloc((4 - (parts.initrd.length % 4)) % 4);
  const initrd = Buffer.concat([parts.initrd, padding, archive]);
  const program = sign(liveBoot({ ...parts, initrd }, cmdline));
  const unfinished = `${out}.part`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  const files = {
    linux: parts.kernel,
    initrd,
    'boot.ipxe': Buffer.from(`#!ipxe\nkernel linux initrd=initrd ${cmdline}\ninitrd initrd\nboot\n`),
    'installer.efi': program,
  };
  for (const [name, content] of Object.entries(files)) await writeDurably(join(unfinished, name), content);
  await rename(unfinished, out);
  await syncFolder(dirname(out));
  return Object.values(files).reduce((sum, { length }) => sum + length, 0);
}

async function packMedium({ manifest, files }: CutMedium, cmdline: string): Promise<Buffer> {
  const entries = new Map<string, CpioEntry>([[mediumFolder, { kind: 'directory' }]]);
  const put = (name: string, content: Uint8Array) =>
    entries.set(`${mediumFolder}/${name}`, { kind: 'file', mode: 0o644, content });
  put(mediumFiles.manifest, manifest);
  put(ownCommandLine, Buffer.from(cmdline));
  for (const [name, path] of Object.entries(files)) {
    put(mediumFiles[name as keyof typeof files], await readFile(path));
  }
  return packCpio(entries);
}
