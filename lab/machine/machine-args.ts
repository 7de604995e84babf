import type { Arch } from '../../protocol/schema/schema.ts';
import type { Accelerator } from './accelerator.ts';
import { machineFiles as files } from './machine-files.ts';
import { machineType } from './machine-type.ts';
import { shellPort } from './shell-credentials.ts';

/** A virtual machine of a lab. */
export interface Machine {
  /** As lists of processes show it. */
  title: string;
  arch: Arch;
  uuid: string;
  /** MiB. */
  memory: number;
  /** A card to the switch, whose port is a socket, and one out, by which ports of this machine lead in. */
  cards: { lab: string; out: string };
  switchPort: string;
  forwards: readonly { here: number; there: number }[];
  /** System credentials by name. */
  credentials: Readonly<Record<string, string>>;
  /** Files of a seed in the machine's folder: user-data, meta-data, network-config. */
  seed: readonly string[];
}

const translatedMiB = 256;

/**
 * QEMU's command line. It listens on its sockets, so that commands come and go. One processor: more are slower or break
 * under emulation.
 */
export function machineArgs(machine: Machine, accelerator: Accelerator): string[] {
  const { cards, forwards } = machine;
  const type = machineType(machine.arch);
  const forwarded = forwards.map(({ here, there }) => `,hostfwd=tcp:127.0.0.1:${here}-:${there}`).join('');
  return [
    ...['-name', machine.title, '-uuid', machine.uuid],
    ...['-machine', type.machine, '-accel', accelerationOf(accelerator)],
    ...['-cpu', type.cpu[accelerator === 'kvm' ? 'kvm' : 'emulated']],
    ...['-smp', '1', '-m', String(machine.memory)],
    ...['-nodefaults', '-display', 'none', '-action', 'watchdog=reset'],
    ...['-drive', `if=pflash,format=raw,readonly=on,file=${type.firmware.code}`],
    ...['-drive', `if=pflash,format=raw,file=${files.variables}`],
    ...['-drive', `if=none,id=disk,format=qcow2,file=${files.disk},cache=writeback,discard=unmap`],
    ...['-device', 'virtio-blk-pci,drive=disk,serial=interlock,bootindex=1'],
    ...['-device', 'virtio-rng-pci', ...(type.watchdog ? ['-device', type.watchdog] : [])],
    // memory that the guest frees is this machine's again
    ...['-device', 'virtio-balloon-pci,free-page-reporting=on'],
    ...listening('console', files.console, `,logfile=${files.consoleLog},logappend=on`),
    ...['-serial', 'chardev:console'],
    ...[...listening('monitor', files.monitor), '-mon', 'chardev=monitor,mode=control'],
    ...['-device', 'virtio-serial-pci', ...listening('shell', files.shell)],
    ...['-device', `virtserialport,chardev=shell,name=${shellPort}`],
    ...['-netdev', `stream,id=lab,server=off,addr.type=unix,addr.path=${machine.switchPort}`],
    ...['-device', `virtio-net-pci,netdev=lab,id=lab-card,mac=${cards.lab},romfile=`],
    ...['-netdev', `user,id=out${forwarded}`],
    ...['-device', `virtio-net-pci,netdev=out,id=out-card,mac=${cards.out},romfile=`],
    ...Object.entries(machine.credentials).flatMap(smbiosString),
    ...machine.seed.flatMap((name) => ['-fw_cfg', `name=opt/io.cloud-init/cloud-init/${name},file=${name}`]),
  ];
}

/** Emulation keeps what it has translated, without a limit up to 1 GiB; a boot needs less than this. */
function accelerationOf(accelerator: Accelerator): string {
  return accelerator === 'kvm' ? accelerator : `${accelerator},tb-size=${translatedMiB}`;
}

function listening(id: string, path: string, more = ''): string[] {
  return ['-chardev', `socket,id=${id},path=${path},server=on,wait=off${more}`];
}

/** Systemd in the guest reads such strings as system credentials (systemd.system-credentials(7)). */
function smbiosString([name, value]: [string, string]): string[] {
  const encoded = Buffer.from(value).toString('base64');
  return ['-smbios', `type=11,value=io.systemd.credential.binary:${name}=${encoded}`];
}
