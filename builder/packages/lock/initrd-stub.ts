/** The package that stands in for an initramfs tool: our initrd is made by the builder. */
export const stubPackage = 'interlock-initrd';

/** Fields of the stub as apt and dpkg know it. It is any of Debian's tools, so that what asks for one brings none. */
export const stubFields: readonly string[] = [
  `Package: ${stubPackage}`,
  'Version: 1',
  'Architecture: all',
  'Provides: linux-initramfs-tool, initramfs-tools (= 9999), dracut (= 9999)',
  'Maintainer: Interlock',
  'Description: the builder makes the initrd',
];
