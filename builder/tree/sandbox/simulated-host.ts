import type { Arch } from '../../../protocol/schema/schema.ts';

/** A simulated host: what programs in the sandbox can find out about the host they run on. */
export interface SimulatedHost {
  hostname: string;
  /** 32 hex digits, as in machine-id(5). */
  machineId: string;
  bootId: string;
  /** The name of its processor. */
  cpu: string;
  /** What its firmware says of it (SMBIOS); null for a machine that has none. */
  dmi: Record<'sys_vendor' | 'product_name' | 'product_serial' | 'product_uuid', string> | null;
  /** Addresses of its network cards other than `lo`, by name. */
  cards: Record<string, string>;
  /** The process number before that of its first process. */
  lastPid: number;
  /** Seconds by which it seems to run longer than the build host, where the kernel supports that (time_namespaces(7)). */
  olderSecs: number;
  /** Whether programs may use a single processor. */
  oneCpu: boolean;
}

/** The host every image is built on, without any property of a particular host. */
export const standardHost: SimulatedHost = {
  hostname: 'interlock-build',
  machineId: '00000000000040008000000000000001',
  bootId: '00000000-0000-4000-8000-000000000002',
  cpu: 'Interlock build machine',
  dmi: null,
  cards: {},
  lastPid: 0,
  olderSecs: 0,
  oneCpu: false,
};

/** A host that differs in all of this: where an installation on it differs, it depends on the host. */
export const otherHost: SimulatedHost = {
  hostname: 'another-host',
  machineId: '5a17c0de5a17405a8a17c0de5a17c0de',
  bootId: '5a17c0de-0000-405a-8a17-5a17c0de5a17',
  cpu: 'Another processor',
  dmi: {
    sys_vendor: 'Another vendor',
    product_name: 'Another product',
    product_serial: 'ANOTHER-SERIAL-5A17',
    product_uuid: '5a17c0de-5a17-405a-8a17-c0de5a17c0de',
  },
  cards: { eth0: '02:5a:17:c0:de:01' },
  lastPid: 20_000,
  olderSecs: 40 * 24 * 60 * 60,
  oneCpu: true,
};

/** Files of proc(5) that show the build host's hardware, disks, load or command line: they are empty in the sandbox. */
const hidden = [
  'cmdline',
  'consoles',
  'devices',
  'diskstats',
  'dma',
  'interrupts',
  'iomem',
  'ioports',
  'kallsyms',
  'keys',
  'mdstat',
  'misc',
  'modules',
  'mtrr',
  'partitions',
  'softirqs',
  'swaps',
  'vmallocinfo',
  'zoneinfo',
];
/** Folders of proc(5) of the same kind. */
const hiddenFolders = ['acpi', 'asound', 'bus', 'driver', 'fs', 'ide', 'irq', 'scsi'];

/** The parts of /proc, /sys and /etc that the sandbox replaces, by path; null is an empty folder. /sys is replaced whole. */
export function simulatedFiles(host: SimulatedHost, arch: Arch): Map<string, string | null> {
  const { hostname, machineId, bootId, dmi, cards } = host;
  const files = new Map<string, string | null>([
    ...hidden.map((name): [string, string] => [`proc/${name}`, '']),
    ...hiddenFolders.map((name): [string, null] => [`proc/${name}`, null]),
    ['proc/cpuinfo', cpuinfo(host, arch)],
    ['proc/sys/kernel/random/boot_id', `${bootId}\n`],
    ['etc/hostname', `${hostname}\n`],
    ['etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n`],
    ['etc/machine-id', `${machineId}\n`],
    ['etc/resolv.conf', ''],
    ['sys/block', null],
    ['sys/bus', null],
    ['sys/class/block', null],
    ['sys/class/net/lo/address', '00:00:00:00:00:00\n'],
    ['sys/firmware', null],
    ['sys/fs/cgroup', null],
    ['sys/module', null],
  ]);
  for (const name of ['online', 'possible', 'present']) files.set(`sys/devices/system/cpu/${name}`, '0\n');
  for (const [name, address] of Object.entries(cards))
    files.set(`sys/class/net/${name}/address`, `${address}\n`);
  for (const [name, value] of Object.entries(dmi ?? {})) {
    files.set(`sys/class/dmi/id/${name}`, `${value}\n`);
    files.set(`sys/devices/virtual/dmi/id/${name}`, `${value}\n`);
  }
  return files;
}

function cpuinfo({ cpu }: SimulatedHost, arch: Arch): string {
  const fields: Record<Arch, Record<string, string>> = {
    'x86-64': {
      processor: '0',
      vendor_id: 'Interlock',
      'model name': cpu,
      'cpu cores': '1',
      flags: 'fpu tsc msr pae cx8 apic cmov pat mmx fxsr sse sse2 syscall nx lm',
    },
    arm64: { processor: '0', 'model name': cpu, Features: 'fp asimd', 'CPU architecture': '8' },
  };
  const lines = Object.entries(fields[arch]).map(([key, value]) => `${key}\t: ${value}\n`);
  return `${lines.join('')}\n`;
}
