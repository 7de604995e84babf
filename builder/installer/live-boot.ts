import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { peHeaders, peSections } from '../../protocol/formats/efi/pe-headers.ts';
import { liveParameter } from '../../protocol/installer/medium.ts';
import { cutSections } from '../boot-file/pe.ts';
import { packUki, type UkiInput } from '../boot-file/uki.ts';

/** Takes a boot file apart again, signed or not. Throws `bad_input` for what is no boot file of ours. */
export function takeApart(boot: Buffer): UkiInput {
  const headers = peHeaders(boot);
  const sections = headers ? (peSections(boot, headers) ?? []) : [];
  const section = (name: string) => {
    const found = sections.find((one) => one.name === name);
    if (!found)
      throw new InterlockError('bad_input', { what: 'boot.efi', problem: `has no section ${name}` });
    return boot.subarray(found.rawOffset, found.rawOffset + found.virtualSize);
  };
  const osRelease = section('.osrel').toString();
  return {
    stub: cutSections(boot, '.osrel'),
    osRelease,
    cmdline: section('.cmdline').toString(),
    uname: section('.uname').toString(),
    kernel: section('.linux'),
    initrd: section('.initrd'),
  };
}

/** The command line of a live boot: the release's own, and what makes it live. */
export function liveCommandLine(own: string, manifest: string, orders: readonly string[]): string {
  const live = [`${liveParameter}=${manifest}`, 'systemd.unit=interlock-installer.target'];
  return [own.trim(), ...live, ...orders].join(' ');
}

/** The release's own kernel and initrd as one EFI program that boots live. */
export function liveBoot(parts: UkiInput, cmdline: string): Buffer {
  return packUki({ ...parts, cmdline });
}
