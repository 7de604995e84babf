import { formatEntry, formatEntryName, formatImageName, type Image } from '../../protocol/boot/entry.ts';
import {
  enrollmentFolder,
  entriesFolder,
  imagesFolder,
  loaderConfFile,
  loaderPrograms,
} from '../../protocol/boot/esp.ts';
import { formatLoaderConf } from '../../protocol/boot/loader-conf.ts';
import type { Release } from '../../protocol/documents/release.ts';

/** What a first-install disk carries on its ESP. */
export interface EspInput {
  release: Pick<Release, 'name' | 'version' | 'arch'>;
  /** Hex root hash of the release in slot a. */
  rootHash: string;
  boot: Uint8Array;
  /** systemd-boot, when the disk is to boot by itself. */
  loader?: Uint8Array;
  /** Authenticated variables by file name, for systemd-boot to put into firmware in setup mode. */
  enrollment?: ReadonlyMap<string, Uint8Array>;
}

/**
 * The ESP's files by path. The first entry has no boot counter: there is nothing to fall back to yet. Its keys are
 * those that every systemd-boot counts by; `options` would replace the command line that names the root hash.
 */
export function espFiles({ release, rootHash, boot, loader, enrollment }: EspInput): Map<string, Uint8Array> {
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
  return files;
}
