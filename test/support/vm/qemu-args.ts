import { join } from 'node:path';
import { buildHostArch } from '../../../builder/build-host/build-host-arch.ts';
import type { Accelerator } from '../../../lab/machine/accelerator.ts';
import { machineType } from '../../../lab/machine/machine-type.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { credentialStrings, shellCredentials, shellPort } from './credentials.ts';

/** A virtual machine as a test asks for it. */
export interface VmOptions {
  /** This host's unless given; another one is emulated. */
  arch?: Arch;
  /** The machine's disk; written to. */
  disk: string;
  /** Folder of this machine alone: firmware variables, sockets and console log lie in it. */
  folder: string;
  /** Shape of the disk file; snapshots need qcow2. */
  format?: 'raw' | 'qcow2';
  /** Shape of the disk file where it is another one; what the machine writes is lost with it. */
  image?: 'vdi' | 'vmdk' | 'vhdx' | 'vpc';
  /** What the disk hangs on; virtio unless given. */
  bus?: keyof typeof diskDevices;
  /** The network card's model; virtio unless given. */
  card?: 'virtio-net-pci' | 'e1000e';
  /** MiB. */
  memory?: number;
  /** System credentials by name. */
  credentials?: Readonly<Record<string, string | Uint8Array>>;
  /** Appended to the kernel command line by the EFI stub. */
  cmdline?: string;
  /** Arguments of `-netdev` after the id, or `none`; by default QEMU's user network, whose host is 10.0.2.2. */
  net?: string;
  /** MAC address; machines on one switch need different ones. */
  mac?: string;
  /** `unsafe` ignores flushes: quick, and fine until power is cut. */
  cache?: 'unsafe' | 'writeback' | 'none';
  /** Leaves out the shell that `run` talks to. */
  shell?: boolean;
  /** Firmware variables to start from instead of fresh ones. */
  variables?: string;
  /** What starts the disk: UEFI unless given, or the BIOS that QEMU brings; that one adds nothing of `cmdline`. */
  firmware?: 'uefi' | 'bios';
  /** Firmware that checks signatures once it has keys, and guards its variables by SMM. */
  secureBoot?: boolean;
  /** What a reset does: start again with the same disk and variables (the usual), or stay off. */
  onReset?: 'relaunch' | 'stay-off';
  /** A machine that resets more often stays off, so that a boot loop ends the test: 8 boots unless given. */
  mostBoots?: number;
  /** Called with the number of each boot before it begins, while the disk is nobody's. */
  beforeBoot?: (number: number) => Promise<void>;
  /** More arguments for QEMU; devices among them come before the machine's own disk. */
  extra?: readonly string[];
}

const drive = 'drive=disk,serial=interlock,bootindex=1';
const diskDevices = {
  virtio: [`virtio-blk-pci,${drive}`],
  ahci: [`ide-hd,bus=ide.0,${drive}`],
  nvme: [`nvme,${drive}`],
  usb: ['qemu-xhci', `usb-storage,${drive}`],
};

/** What the driver found out about this machine's host. */
export interface Host {
  accelerator: Accelerator;
}

/** Files of one machine; QEMU connects to the sockets, which must already be listened on. */
export function machineFiles(folder: string, format: VmOptions['format'] = 'raw') {
  const file = (name: string) => join(folder, name);
  return {
    variables: file(`vars.${format}`),
    console: file('console.sock'),
    monitor: file('monitor.sock'),
    shell: file('shell.sock'),
  };
}

/** QEMU's command line. One processor: more are slower or break under emulation. */
export function qemuArgs(options: VmOptions, host: Host): string[] {
  const { format = 'raw', cache = 'unsafe' } = options;
  const type = machineType(options.arch ?? buildHostArch());
  const files = machineFiles(options.folder, format);
  const socket = (id: string, path: string) => ['-chardev', `socket,id=${id},path=${path}`];
  return [
    ...['-machine', options.secureBoot ? `${type.machine},smm=on` : type.machine],
    ...['-accel', host.accelerator, '-cpu', type.cpu[host.accelerator === 'kvm' ? 'kvm' : 'emulated']],
    ...['-smp', '1', '-m', String(options.memory ?? 1024), '-nodefaults', '-display', 'none', '-S'],
    ...['-action', 'reboot=shutdown,watchdog=reset'],
    ...(options.secureBoot ? ['-global', 'driver=cfi.pflash01,property=secure,value=on'] : []),
    ...(options.firmware === 'bios' ? [] : firmwareDrives(options, files.variables)),
    ...(options.extra ?? []),
    ...['-drive', `if=none,id=disk,${diskFile(options)},cache=${cache},discard=unmap`],
    ...diskDevices[options.bus ?? 'virtio'].flatMap((device) => ['-device', device]),
    ...['-device', 'virtio-rng-pci', ...(type.watchdog ? ['-device', type.watchdog] : [])],
    ...[...socket('console', files.console), '-serial', 'chardev:console'],
    ...[...socket('monitor', files.monitor), '-mon', 'chardev=monitor,mode=control'],
    ...(options.shell === false ? [] : shellDevice(socket('shell', files.shell))),
    ...networkDevice(options),
    ...smbiosStrings(options).flatMap((value) => ['-smbios', `type=11,value=${value.replaceAll(',', ',,')}`]),
  ];
}

function firmwareDrives({ arch, secureBoot, format = 'raw' }: VmOptions, variables: string): string[] {
  const { code: usual } = machineType(arch ?? buildHostArch()).firmware;
  const code = secureBoot ? usual.replace(/\.fd$/, '.secboot.fd') : usual;
  return [
    ...['-drive', `if=pflash,format=raw,readonly=on,file=${code}`],
    ...['-drive', `if=pflash,format=${format},file=${variables}`],
  ];
}

/** Not every format can be written in place: the machine writes beside it. */
function diskFile({ disk, format = 'raw', image }: VmOptions): string {
  return image ? `format=${image},file=${disk},snapshot=on` : `format=${format},file=${disk}`;
}

function shellDevice(chardev: string[]): string[] {
  return [
    ...['-device', 'virtio-serial-pci', ...chardev],
    ...['-device', `virtserialport,chardev=shell,name=${shellPort}`],
  ];
}

function networkDevice({
  net = 'user',
  mac = '52:54:00:12:34:56',
  card = 'virtio-net-pci',
}: VmOptions): string[] {
  if (net === 'none') return [];
  const [kind, ...rest] = net.split(',');
  const netdev = [kind, 'id=net', ...rest].join(',');
  return ['-netdev', netdev, '-device', `${card},netdev=net,id=nic,mac=${mac},romfile=`];
}

function smbiosStrings({ credentials, cmdline, shell }: VmOptions): string[] {
  const all = { ...(shell === false ? {} : shellCredentials()), ...credentials };
  const extra = cmdline ? [`io.systemd.stub.kernel-cmdline-extra=${cmdline}`] : [];
  return [...extra, ...credentialStrings(all)];
}
