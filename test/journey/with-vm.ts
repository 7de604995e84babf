import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyDisk } from '../support/vm/disk-file.ts';
import type { VmOptions } from '../support/vm/qemu-args.ts';
import { startVm, type Vm } from '../support/vm/start-vm.ts';

const out = join(import.meta.dirname, 'out');

/** A machine's place on this host while a journey lasts. */
export interface Place {
  /** A copy of the disk, to change before the machine starts. */
  disk: string;
  start(options?: Partial<VmOptions>): Promise<Vm>;
}

/**
 * Lends a copy of a disk and starts machines on it; afterwards nothing runs and nothing lies about, except the
 * console in `out/<name>.log`.
 */
export async function withVm(
  name: string,
  disk: string,
  use: (place: Place) => Promise<void>,
): Promise<void> {
  await mkdir(out, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), 'interlock-vm-'));
  const machines: Vm[] = [];
  try {
    const copy = join(folder, 'disk.raw');
    await copyDisk(disk, copy);
    await use({
      disk: copy,
      async start(options = {}) {
        const vm = await startVm({ disk: copy, folder, ...options });
        machines.push(vm);
        return vm;
      },
    });
  } finally {
    await Promise.all(machines.map((vm) => vm.stop()));
    await cp(join(folder, 'console.log'), join(out, `${name}.log`)).catch(() => {});
    await rm(folder, { recursive: true, force: true });
  }
}

/** Where a journey leaves its timeline. */
export function outFile(name: string): string {
  return join(out, name);
}
