import type { Arch } from '../../protocol/schema/schema.ts';
import type { Platform } from './platforms.ts';

/** What a release can drive, by names of modules with underscores; what is built into the kernel is in both sets. */
export interface Drivers {
  /** What is there when the root is looked for. */
  initrd: ReadonlySet<string>;
  root: ReadonlySet<string>;
  /** Whether its disks have a loader for a BIOS. */
  hasBios: boolean;
}

/** What a release lacks to start on a platform, in words; empty when it can. */
export function unmet(platform: Platform, arch: Arch, { initrd, root, hasBios }: Drivers): string[] {
  const missing = (wanted: Platform['disk'], found: ReadonlySet<string>) =>
    wanted.filter((any) => !any.some((name) => found.has(name))).map((any) => any.join(' or '));
  const [disk, network] = [missing(platform.disk, initrd), missing(platform.network, root)];
  return [
    ...(disk.length > 0 ? [`its initrd has no ${disk.join(', ')} to find the disk by`] : []),
    ...(network.length > 0 ? [`its root has no ${network.join(', ')} for the network`] : []),
    ...(arch === 'x86-64' && platform.needsBios && !hasBios
      ? ['its disks do not start by a BIOS (grub-pc-bin is not locked)']
      : []),
  ];
}
