import { appendSections, clearNxCompatible, isNxCompatible } from './pe.ts';

/** What a unified kernel image is made of. */
export interface UkiInput {
  /** systemd's EFI stub (`linuxx64.efi.stub`), unsigned. */
  stub: Uint8Array;
  /** Text of os-release; systemd-boot shows its PRETTY_NAME. */
  osRelease: string;
  /** Kernel command line; it holds the root hash. */
  cmdline: string;
  /** Kernel release, `uname -r`. */
  uname: string;
  /** bzImage. */
  kernel: Uint8Array;
  /** cpio archive. */
  initrd: Uint8Array;
}

/**
 * Joins stub, kernel, initrd and command line into one EFI program (UAPI.5 Unified Kernel Image). Small sections come
 * first and the initrd last, so that two versions differ late. The PE checksum is 0, as ukify leaves it.
 */
export function packUki({ stub, osRelease, cmdline, uname, kernel, initrd }: UkiInput): Buffer {
  const image = appendSections(stub, [
    { name: '.osrel', content: Buffer.from(osRelease) },
    { name: '.cmdline', content: Buffer.from(cmdline.trim()) },
    { name: '.uname', content: Buffer.from(uname) },
    { name: '.linux', content: kernel, isCode: true },
    { name: '.initrd', content: initrd },
  ]);
  if (isNxCompatible(kernel) === false) clearNxCompatible(image);
  return image;
}
