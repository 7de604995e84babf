import { join } from 'node:path';
import type { Arch } from '../../protocol/schema/schema.ts';

/** What QEMU's machine of an architecture is made of. */
export interface MachineType {
  program: string;
  machine: string;
  cpu: { kvm: string; emulated: string };
  /** One that Debian's kernel for it drives; where there is none, the kernel has softdog. */
  watchdog?: string;
  /** Firmware code, read-only, and fresh variables: each machine gets a copy of its own. */
  firmware: { code: string; variables: string };
  /** Where its first serial line is, for the kernel. */
  console: string;
}

const ofDebian = (folder: string, code: string, variables: string) => ({
  code: join('/usr/share', folder, code),
  variables: join('/usr/share', folder, variables),
});

// no five-level paging, no bytewise string moves: they are slower or break under emulation
const pc = 'max,-svm,-la57,-erms,-fsrm';

/** The machine of an architecture; the emulated processors are the quickest that run everything. */
export function machineType(arch: Arch): MachineType {
  return types[arch];
}

const types: Readonly<Record<Arch, MachineType>> = {
  'x86-64': {
    program: 'qemu-system-x86_64',
    machine: 'q35',
    cpu: { kvm: pc, emulated: pc },
    watchdog: 'i6300esb',
    firmware: ofDebian('OVMF', 'OVMF_CODE_4M.fd', 'OVMF_VARS_4M.fd'),
    console: 'ttyS0',
  },
  arm64: {
    program: 'qemu-system-aarch64',
    machine: 'virt,gic-version=3',
    cpu: { kvm: 'host', emulated: 'cortex-a57' },
    firmware: ofDebian('AAVMF', 'AAVMF_CODE.fd', 'AAVMF_VARS.fd'),
    console: 'ttyAMA0',
  },
};
