import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { cpioNames } from '../boot-file/cpio-names.ts';
import type { Drivers } from '../platforms/judge.ts';

/** Throws `release_invalid` for a release whose initrd cannot boot live: one that an older builder made, or without a driver that it takes. */
export function requireLive(initrd: Buffer, { initrd: drivers }: Drivers, kind: 'iso' | 'network'): void {
  const refuse = (problem: string) => new InterlockError('release_invalid', { file: 'boot.efi', problem });
  if (!cpioNames(initrd).includes('modules.live'))
    throw refuse('its initrd cannot boot live; build the release again');
  const missing = (kind === 'iso' ? ['loop', 'isofs'] : ['loop']).filter((name) => !drivers.has(name));
  if (missing.length > 0)
    throw refuse(
      `its kernel has no ${missing.join(' and ')}, by which the live system reads what it installs`,
    );
}

/** What people who make an ISO have to know of it before they stand in front of the machine. */
export function isoWarnings({ initrd, hasBios }: Drivers): string[] {
  const has = (...names: string[]) => names.some((name) => initrd.has(name));
  return [
    ...(has('usb_storage', 'uas')
      ? []
      : [
          'as a USB stick it does not find itself: the kernel has no usb_storage; kernel = "generic" has it. A CD works',
        ]),
    ...(hasBios ? [] : ['it starts by UEFI only: grub-pc-bin is not locked']),
  ];
}
