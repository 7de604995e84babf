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
  /** Some or all machines have a BIOS only. */
  needsBios?: boolean;
  /** What people see of a host: a screen, a serial line, or both. */
  screen: boolean;
  serial: boolean;
}

const virtioDisk = [['virtio_blk'], ['virtio_scsi'], ['sd_mod']];
const cards = ['e1000e', 'igb', 'igc', 'ixgbe', 'i40e', 'ice', 'r8169', 'tg3', 'bnxt_en', 'mlx5_core'];
const both = { screen: true, serial: true };
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
    serial: true,
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
    serial: true,
  },
  digitalocean: {
    title: 'DigitalOcean',
    format: 'qcow2',
    multiple: mebibyte,
    largest: 100e9,
    ...onVirtio,
    needsBios: true,
    ...both,
  },
  gce: {
    title: 'Google Compute Engine',
    format: 'gce',
    multiple: gibibyte,
    kernel: 'cloud',
    disk: [['virtio_scsi'], ['sd_mod'], ['nvme']],
    network: [['gve'], ['virtio_net']],
    screen: false,
    serial: true,
  },
  hetzner: {
    title: 'Hetzner Cloud',
    format: 'raw.zst',
    multiple: mebibyte,
    ...onVirtio,
    needsBios: true,
    screen: true,
    serial: false,
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
  proxmox: { title: 'Proxmox VE', format: 'qcow2', multiple: mebibyte, ...onVirtio, ...both },
  virtualbox: {
    title: 'VirtualBox',
    format: 'vdi',
    multiple: mebibyte,
    kernel: 'cloud',
    disk: [['ahci'], ['sd_mod']],
    network: [['virtio_net']],
    screen: true,
    serial: false,
  },
  vmware: {
    title: 'VMware',
    format: 'ova',
    multiple: mebibyte,
    kernel: 'cloud',
    disk: [['ahci'], ['sd_mod']],
    network: [['vmxnet3']],
    screen: true,
    serial: false,
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
  return [
    ...(all.some(({ screen }) => screen) ? ['console=tty0'] : []),
    ...(all.some(({ serial }) => serial) ? [`console=${arch === 'arm64' ? 'ttyAMA0' : 'ttyS0'}`] : []),
  ];
}
