import type { Arch } from '../../protocol/schema.ts';
import type { Definition } from '../define/definition.ts';

/** The package that stands in for an initramfs tool: our initrd is made by the builder. */
export const stubPackage = 'interlock-initrd';

/** Debian's name of an architecture. */
export function debianArch(arch: Arch): 'amd64' | 'arm64' {
  return arch === 'x86-64' ? 'amd64' : 'arm64';
}

/** What the agent calls, and what its Node is linked to. */
const forAgent = ['dosfstools', 'libgcc-s1', 'libstdc++6', 'mount', 'util-linux'];

/** Suites whose systemd package holds systemd-repart itself. */
const repartInSystemd = ['bookworm'];

/** What an image installs: the packages it names, those it boots by and those the agent needs. */
export function requiredPackages(definition: Definition, arch: Arch): string[] {
  const flavour = definition.kernel === 'cloud' ? 'cloud-' : '';
  const boot = [
    `linux-image-${flavour}${debianArch(arch)}`,
    'systemd-boot-efi',
    'busybox-static',
    'dmsetup',
    'e2fsprogs',
    'kmod',
    ...(repartInSystemd.includes(definition.suite) ? [] : ['systemd-repart']),
  ];
  return [...new Set([...definition.packages, ...boot, ...(definition.agent ? forAgent : [])])];
}
