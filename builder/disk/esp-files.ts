import type { Release } from '../../protocol/documents/release.ts';
import type { Arch } from '../../protocol/schema/schema.ts';

const loaderNames: Record<Arch, { fallback: string; own: string }> = {
  'x86-64': { fallback: 'EFI/BOOT/BOOTX64.EFI', own: 'EFI/systemd/systemd-bootx64.efi' },
  arm64: { fallback: 'EFI/BOOT/BOOTAA64.EFI', own: 'EFI/systemd/systemd-bootaa64.efi' },
};

const loaderSettings = ['timeout 0', 'editor no', 'auto-entries no'];

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
  const image = `EFI/interlock/a-${rootHash.slice(0, 16)}.efi`;
  const entry = [
    `title ${release.name} ${release.version}`,
    'sort-key interlock',
    'version 1',
    `linux /${image}`,
  ];
  const files = new Map<string, Uint8Array>([
    [image, boot],
    ['loader/loader.conf', text([...loaderSettings, ...(enrollment ? ['secure-boot-enroll force'] : [])])],
    ['loader/entries/interlock-1.conf', text(entry)],
  ]);
  for (const [name, content] of enrollment ?? []) files.set(`loader/keys/auto/${name}`, content);
  if (loader) {
    files.set(loaderNames[release.arch].fallback, loader);
    files.set(loaderNames[release.arch].own, loader);
  }
  return files;
}

function text(lines: string[]): Buffer {
  return Buffer.from(`${lines.join('\n')}\n`);
}
