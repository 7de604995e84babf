import type { Arch } from '../schema/schema.ts';

/** Where boot entries lie on the EFI system partition; all paths here are relative to its root. */
export const entriesFolder = 'loader/entries';

/** Where kernel images and marks lie. */
export const imagesFolder = 'EFI/interlock';

/** systemd-boot's settings. */
export const loaderConfFile = 'loader/loader.conf';

/** GRUB's script; a disk boots by BIOS too exactly when it has one, and no host ever writes it. */
export const grubConfigFile = 'interlock/grub/grub.cfg';

/** GRUB's environment block: its pointer and its count of tries. */
export const grubEnvironmentFile = 'interlock/grub/grubenv';

/** Variables that systemd-boot puts into a firmware in setup mode. */
export const enrollmentFolder = 'loader/keys/auto';

/** Where systemd-boot itself lies: as the firmware's fallback, and under its own name. */
export const loaderPrograms: Readonly<Record<Arch, readonly [fallback: string, own: string]>> = {
  'x86-64': ['EFI/BOOT/BOOTX64.EFI', 'EFI/systemd/systemd-bootx64.efi'],
  arm64: ['EFI/BOOT/BOOTAA64.EFI', 'EFI/systemd/systemd-bootaa64.efi'],
};

/** Bytes that boot entries and marks may take beside the kernel images; builder and agent keep them free. */
export const entryRoom = 64 * 1024;

/** What a first-install disk brings for the host's `/etc`; the initrd unpacks it on the first boot. */
export const hostFilesPath = 'interlock/config.cpio';

/** Its detached signature. */
export const signaturePath = `${hostFilesPath}.sig`;
