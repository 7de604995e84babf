import type { Arch } from '../../../protocol/schema/schema.ts';
import type { Definition } from '../../definition/definition.ts';
import { parsePackageName } from '../../definition/package-name.ts';

/** Debian's name of an architecture. */
export function debianArch(arch: Arch): 'amd64' | 'arm64' {
  return arch === 'x86-64' ? 'amd64' : 'arm64';
}

/** A package that an image needs whether its definition names it or not, and what for. */
export interface RequiredPackage {
  name: string;
  reason: string;
}

interface Row extends RequiredPackage {
  /** Images that need it; all of them unless given. */
  when?: (definition: Definition) => boolean;
}

const withAgent = ({ agent }: Definition) => agent;
const logind = 'systemd-logind.service';

/** Suites whose systemd package holds systemd-repart itself. */
const repartInSystemd = ['bookworm'];

/** Debian's essential packages bring the rest: a shell, coreutils, util-linux, dpkg and the C library. */
const rows: readonly Row[] = [
  { name: 'systemd', reason: 'process 1, which the initrd starts' },
  { name: 'systemd-sysv', reason: '/sbin/init, reboot and poweroff' },
  { name: 'udev', reason: 'names of devices, and the units that wait for them' },
  { name: 'kmod', reason: 'loads the modules of the devices that udev finds' },
  {
    name: 'dbus',
    reason: `message bus of ${logind}, which is not masked`,
    when: ({ mask, packages }) => !mask.includes(logind) && !packages.includes('dbus-broker'),
  },
  { name: 'systemd-boot-efi', reason: 'boot loader and EFI stub' },
  { name: 'busybox-static', reason: 'the shell of the initrd' },
  { name: 'dmsetup', reason: 'opens the root in the initrd' },
  { name: 'e2fsprogs', reason: 'checks the state partition in the initrd' },
  {
    name: 'systemd-repart',
    reason: 'grows the state partition on first boot',
    when: ({ suite }) => !repartInSystemd.includes(suite),
  },
  {
    name: 'locales',
    reason: 'what the named locales are generated from',
    when: ({ locales = [] }) => locales.length > 0,
  },
  { name: 'dosfstools', reason: 'the agent repairs the ESP before it writes', when: withAgent },
  { name: 'mount', reason: 'the agent mounts the ESP', when: withAgent },
  { name: 'util-linux', reason: 'the agent locks with flock', when: withAgent },
  { name: 'libgcc-s1', reason: 'the agent’s Node is linked to it', when: withAgent },
  { name: 'libstdc++6', reason: 'the agent’s Node is linked to it', when: withAgent },
];

/** What an image needs to start and to update itself, with the reason for each package. */
export function neededPackages(definition: Definition, arch: Arch): RequiredPackage[] {
  const kernel = { name: kernelPackage(definition.kernel, arch), reason: 'the kernel' };
  const needed = rows.filter(({ when }) => when?.(definition) ?? true);
  return [kernel, ...needed.map(({ name, reason }) => ({ name, reason }))];
}

/** Packages that a build takes files out of and does not install, with the reason for each. */
export function unpackedPackages(arch: Arch): RequiredPackage[] {
  return arch === 'x86-64' ? [{ name: 'grub-pc-bin', reason: 'boot loader for machines with a BIOS' }] : [];
}

/** The package spec that a definition's `kernel` stands for. */
export function kernelPackage(kernel: string, arch: Arch): string {
  if (kernel === 'cloud') return `linux-image-cloud-${debianArch(arch)}`;
  return kernel === 'generic' ? `linux-image-${debianArch(arch)}` : kernel;
}

/** What an image installs: the packages that its definition names and those that every such image needs. */
export function requiredPackages(definition: Definition, arch: Arch): string[] {
  const needed = neededPackages(definition, arch).map(({ name }) => name);
  const specs = [...definition.packages, ...needed, ...(definition.recommends ?? [])];
  const named = new Map<string, string>();
  for (const spec of specs) {
    const { name } = parsePackageName(spec);
    // what names a version or a suite says more
    if (!named.has(name) || named.get(name) === name) named.set(name, spec);
  }
  return [...named.values()];
}
