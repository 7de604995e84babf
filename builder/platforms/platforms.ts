import type { Arch } from '../../protocol/schema/schema.ts';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** The places where hosts start, by the names that `platforms` in image.toml and `interlock disk --for` take. */
export const platformNames = [
  'aws',
  'azure',
  'digitalocean',
  'gce',
  'hetzner',
  'libvirt',
  'metal',
  'openstack',
  'proxmox',
  'virtualbox',
  'vmware',
] as const;
/** One of `platformNames`. */
export type PlatformName = (typeof platformNames)[number];

/** What a platform demands of a release and of its disk. */
export interface Platform {
  title: string;
  /** Of the disk image. */
  format: 'raw' | 'raw.zst' | 'qcow2' | 'gce' | 'vhd' | 'vdi' | 'ova';
  /** Disks are a whole number of so many bytes, and at most so large. */
  multiple: number;
  largest?: number;
  /** Debian's kernel that has its drivers: where the smaller one will do, either does. */
  kernel: 'cloud' | 'generic';
  /** Drivers that the initrd needs to find the root; of the names in one list any will do. */
  disk: readonly (readonly string[])[];
  /** The same for the network, in the root. */
  network: readonly (readonly string[])[];
  /** More that the initrd loads if the kernel has it. */
  load?: readonly string[];
  /** Some or all x86-64 machines have a BIOS only. */
  needsBios?: boolean;
  /** Whether people see a host’s screen. */
  screen: boolean;
  /** The architectures of its machines, and the serial lines that people see of each, as the kernel names them. */
  serial: Readonly<Partial<Record<Arch, readonly string[]>>>;
}

const virtioDisk = [['virtio_blk'], ['virtio_scsi'], ['sd_mod']];
/** Of metal; `ice` and `mlx5_core` say nothing: hypervisors hand such cards through, and Debian's cloud kernel drives them. */
const cards = ['e1000e', 'igb', 'igc', 'ixgbe', 'i40e', 'r8169', 'tg3', 'bnxt_en'];
const onlyPc = { 'x86-64': ['ttyS0'] } as const;
/** On arm64 a PL011, as QEMU and most boards have it. */
const usualSerial = { ...onlyPc, arm64: ['ttyAMA0'] } as const;
const both = { screen: true, serial: usualSerial };
const onVirtio = { kernel: 'cloud', disk: virtioDisk, network: [['virtio_net']] } as const;

/** The platforms by name. */
export const platforms: Readonly<Record<PlatformName, Platform>> = {
  aws: {
    title: 'Amazon EC2',
    format: 'raw',
    multiple: gibibyte,
    kernel: 'cloud',
    disk: [['nvme']],
    network: [['ena']],
    screen: false,
    // a 16550 on both
    serial: { ...onlyPc, arm64: ['ttyS0'] },
  },
  azure: {
    title: 'Azure',
    format: 'vhd',
    multiple: mebibyte,
    kernel: 'cloud',
    disk: [['hv_storvsc'], ['sd_mod']],
    network: [['hv_netvsc']],
    // newer sizes have NVMe disks behind Hyper-V's PCI
    load: ['pci_hyperv'],
    screen: false,
    serial: usualSerial,
  },
  digitalocean: {
    title: 'DigitalOcean',
    format: 'qcow2',
    multiple: mebibyte,
    largest: 100e9,
    ...onVirtio,
    needsBios: true,
    screen: true,
    serial: onlyPc,
  },
  gce: {
    title: 'Google Compute Engine',
    format: 'gce',
    multiple: gibibyte,
    kernel: 'cloud',
    disk: [['virtio_scsi'], ['sd_mod'], ['nvme']],
    network: [['gve'], ['virtio_net']],
    screen: false,
    // sources differ about arm64: the kernel takes the one that is there
    serial: { ...onlyPc, arm64: ['ttyS0', 'ttyAMA0'] },
  },
  hetzner: {
    title: 'Hetzner Cloud',
    format: 'raw.zst',
    multiple: mebibyte,
    ...onVirtio,
    needsBios: true,
    screen: true,
    serial: { 'x86-64': [], arm64: [] },
  },
  libvirt: { title: 'libvirt', format: 'qcow2', multiple: mebibyte, ...onVirtio, ...both },
  metal: {
    title: 'bare metal',
    format: 'raw',
    multiple: mebibyte,
    kernel: 'generic',
    disk: [['nvme'], ['ahci'], ['sd_mod']],
    network: [cards],
    ...both,
  },
  openstack: { title: 'OpenStack', format: 'qcow2', multiple: mebibyte, ...onVirtio, ...both },
  proxmox: {
    title: 'Proxmox VE',
    format: 'qcow2',
    multiple: mebibyte,
    ...onVirtio,
    screen: true,
    serial: onlyPc,
  },
  virtualbox: {
    title: 'VirtualBox',
    format: 'vdi',
    multiple: mebibyte,
    kernel: 'cloud',
    disk: [['ahci'], ['sd_mod']],
    network: [['virtio_net']],
    screen: true,
    serial: { 'x86-64': [] },
  },
  vmware: {
    title: 'VMware',
    format: 'ova',
    multiple: mebibyte,
    kernel: 'cloud',
    disk: [['ahci'], ['sd_mod']],
    network: [['vmxnet3']],
    screen: true,
    serial: { 'x86-64': [] },
  },
};

/** The kernel that these platforms need; undefined without one. */
export function neededKernel(names: readonly PlatformName[]): Platform['kernel'] | undefined {
  if (names.length === 0) return undefined;
  return names.some((name) => platforms[name].kernel === 'generic') ? 'generic' : 'cloud';
}

/**
 * The consoles of these platforms as words of a kernel command line, the serial line last: the last is where services
 * write, and clouds keep what a serial line says.
 */
export function consolesOf(names: readonly PlatformName[], arch: Arch): string[] {
  const all = names.map((name) => platforms[name]);
  const serial = new Set(all.flatMap((platform) => platform.serial[arch] ?? []));
  return [...(all.some(({ screen }) => screen) ? ['tty0'] : []), ...serial].map((name) => `console=${name}`);
}
