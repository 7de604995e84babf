import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../protocol/schema/schema.ts';
import { machineType } from './machine-type.ts';

const packages: Readonly<Record<Arch, { qemu: string; firmware: string }>> = {
  'x86-64': { qemu: 'qemu-system-x86', firmware: 'ovmf' },
  arm64: { qemu: 'qemu-system-arm', firmware: 'qemu-efi-aarch64' },
};

/** Throws `tool_missing` with the package when this machine cannot run machines of an architecture. */
export function requireVirtualization(arch: Arch, path = process.env.PATH ?? ''): void {
  const { program, firmware } = machineType(arch);
  const tools = { [program]: packages[arch].qemu, 'qemu-img': 'qemu-utils' };
  for (const [tool, name] of Object.entries(tools)) {
    const isThere = path.split(':').some((folder) => folder && existsSync(join(folder, tool)));
    if (!isThere) throw missing(tool, name);
  }
  if (!existsSync(firmware.code)) throw missing(firmware.code, packages[arch].firmware);
}

function missing(tool: string, name: string): InterlockError {
  return new InterlockError('tool_missing', { tool, package: name });
}
