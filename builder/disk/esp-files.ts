import {
  formatEntry,
  formatEntryName,
  formatExtractedName,
  formatImageName,
  type Image,
} from '../../protocol/boot/entry.ts';
import {
  enrollmentFolder,
  entriesFolder,
  grubConfigFile,
  grubEnvironmentFile,
  imagesFolder,
  loaderConfFile,
  loaderPrograms,
} from '../../protocol/boot/esp.ts';
import { formatCommandLineFile } from '../../protocol/boot/grub-command-line.ts';
import { encodeGrubEnvironment } from '../../protocol/boot/grub-environment.ts';
import { formatLoaderConf } from '../../protocol/boot/loader-conf.ts';
import type { Release } from '../../protocol/documents/release.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type Range, ukiParts } from '../../protocol/formats/efi/uki-parts.ts';

/** What a first-install disk carries on its ESP. */
export interface EspInput {
  release: Pick<Release, 'name' | 'version' | 'arch'>;
  /** Hex root hash of the release in slot a. */
  rootHash: string;
  boot: Uint8Array;
  /** systemd-boot, when the disk is to boot by itself. */
  loader?: Uint8Array;
  /** GRUB's configuration, when the disk is to boot by a BIOS too. */
  grubConfig?: Uint8Array;
  /** Authenticated variables by file name, for systemd-boot to put into firmware in setup mode. */
  enrollment?: ReadonlyMap<string, Uint8Array>;
}

/**
 * The ESP's files by path. The first entry has no boot counter: there is nothing to fall back to yet. Its keys are
 * those that every systemd-boot counts by; `options` would replace the command line that names the root hash.
 */
export function espFiles(input: EspInput): Map<string, Uint8Array> {
  const { release, rootHash, boot, loader, enrollment, grubConfig } = input;
  const image: Image = { slot: 'a', prefix: rootHash.slice(0, 16) };
  const entry = { ...image, generation: 1, title: `${release.name} ${release.version}` };
  const file = formatEntryName({ generation: 1, triesLeft: null, triesDone: 0 });
  const files = new Map<string, Uint8Array>([
    [`${imagesFolder}/${formatImageName(image)}`, boot],
    [loaderConfFile, Buffer.from(formatLoaderConf({ enrolls: Boolean(enrollment) }))],
    [`${entriesFolder}/${file}`, Buffer.from(formatEntry(entry))],
  ]);
  for (const [name, content] of enrollment ?? []) files.set(`${enrollmentFolder}/${name}`, content);
  if (loader) for (const path of loaderPrograms[release.arch]) files.set(path, loader);
  if (grubConfig) {
    files.set(grubConfigFile, grubConfig);
    const good = { generation: entry.generation, image };
    files.set(grubEnvironmentFile, encodeGrubEnvironment({ good, trial: null }));
    for (const [name, content] of extractedFiles(image, boot)) files.set(`${imagesFolder}/${name}`, content);
  }
  return files;
}

/** What GRUB, which knows no EFI programs, loads instead of the boot file. */
function extractedFiles(image: Image, boot: Uint8Array): [string, Uint8Array][] {
  const bytes = Buffer.from(boot.buffer, boot.byteOffset, boot.byteLength);
  const parts = ukiParts(bytes, bytes.length);
  if (!parts)
    throw new InterlockError('release_invalid', { file: 'boot.efi', problem: 'has no kernel in it' });
  const part = ({ offset, length }: Range) => bytes.subarray(offset, offset + length);
  const commandLine = part(parts.cmdline)
    .toString('utf8')
    .replace(/[\0\n]+$/, '');
  return [
    [formatExtractedName(image, 'linux'), part(parts.linux)],
    [formatExtractedName(image, 'initrd'), part(parts.initrd)],
    [formatExtractedName(image, 'cfg'), Buffer.from(formatCommandLineFile(image, commandLine))],
  ];
}
