import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRelease } from '../../protocol/documents/release.ts';
import { withScratch } from '../../system/files/scratch.ts';
import type { UkiInput } from '../boot-file/uki.ts';
import { readDrivers } from '../disk/fit/read-drivers.ts';
import { type DiskOptions, packDisk } from '../disk/pack-disk.ts';
import { readBiosLoader, readCdLoader } from '../disk/read-bios-loader.ts';
import { cutMedium } from './cut-medium.ts';
import { isoWarnings, requireLive } from './judge-medium.ts';
import { liveBoot, liveCommandLine, takeApart } from './live-boot.ts';
import { type IsoInput, packIso } from './pack-iso.ts';
import { packNetwork } from './pack-network.ts';

/** What an installer is made with. */
export interface InstallerOptions {
  /** The disk that it installs. */
  disk: DiskOptions;
  /** Words for the kernel command line: the orders. */
  orders: readonly string[];
  kind: 'iso' | 'network';
  /** Signs what firmware with Secure Boot starts. */
  sign?: (program: Buffer) => Buffer;
}

/**
 * Makes an installer of a release: the release's own kernel, initrd and root boot live and write the very disk that `packDisk` makes.
 * The command line, which may be signed, names the manifest's hash, and the manifest all others. Returns the bytes written, and what
 * the medium is not for.
 */
export async function packInstaller(
  releaseDir: string,
  out: string,
  { disk, orders, kind, sign = (program) => program }: InstallerOptions,
): Promise<{ size: number; warnings: string[] }> {
  const release = parseRelease(await readFile(join(releaseDir, 'release.json')));
  return withScratch(out, async (work) => {
    const parts = takeApart(await readFile(join(releaseDir, 'boot.efi')));
    const { drivers } = await readDrivers(releaseDir);
    requireLive(Buffer.from(parts.initrd), drivers, kind);
    const raw = join(work, 'disk.raw');
    const { table } = await packDisk(releaseDir, raw, disk);
    const medium = await cutMedium(raw, table, release, releaseDir, work);
    const manifest = createHash('sha256').update(medium.manifest).digest('hex');
    const cmdline = liveCommandLine(parts.cmdline, manifest, orders);
    if (kind === 'network') {
      return { size: await packNetwork(parts, medium, cmdline, sign, out), warnings: [] };
    }
    const bios = await biosOf(releaseDir, parts, cmdline);
    const boot = sign(liveBoot(parts, cmdline));
    const size = await packIso({ release, medium, boot, ...(bios && { bios }) }, out);
    return { size, warnings: isoWarnings(drivers) };
  });
}

/** What a BIOS starts; nothing where the release has no GRUB. */
async function biosOf(
  releaseDir: string,
  { kernel, initrd }: UkiInput,
  cmdline: string,
): Promise<IsoInput['bios']> {
  const [disk, cd] = [await readBiosLoader(releaseDir), await readCdLoader(releaseDir)];
  return (
    disk && cd && { loaders: { disk, cd }, kernel: Buffer.from(kernel), initrd: Buffer.from(initrd), cmdline }
  );
}
