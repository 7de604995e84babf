import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arch } from '../../protocol/schema/schema.ts';
import { type MachineType, machineType } from './machine-type.ts';

/** What a kernel without a root says when it has come all the way. */
const marker = 'Kernel panic - not syncing: VFS';
const patienceMs = 20_000;

/** Boots the kernel of a boot file under KVM: the device's presence proves nothing, nested KVM may hang for ever. */
export async function probeKvm(bootFile: Buffer, arch: Arch): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-kvm-'));
  try {
    const kernel = join(folder, 'kernel');
    await writeFile(kernel, section(bootFile, '.linux'));
    return await bootsToMarker(kernel, machineType(arch));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function bootsToMarker(
  kernel: string,
  { program, machine: name, cpu, console }: MachineType,
): Promise<boolean> {
  const machine = ['-machine', name, '-accel', 'kvm', '-cpu', cpu.kvm, '-m', '512', '-nodefaults'];
  const output = ['-display', 'none', '-serial', 'stdio', '-no-reboot'];
  const append = ['-kernel', kernel, '-append', `console=${console} panic=-1`];
  const child = spawn(program, [...machine, ...output, ...append], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes(marker)) child.kill('SIGKILL');
    });
    child.on('error', () => resolve(false));
    child.on('close', () => {
      clearTimeout(timer);
      resolve(text.includes(marker));
    });
  });
}

/** A section of a PE file by name. */
function section(image: Buffer, name: string): Buffer {
  const header = image.readUInt32LE(0x3c);
  const first = header + 24 + image.readUInt16LE(header + 20);
  for (let index = 0; index < image.readUInt16LE(header + 6); index++) {
    const at = first + 40 * index;
    if (image.toString('latin1', at, at + 8).replace(/\0+$/, '') !== name) continue;
    const [size, offset] = [image.readUInt32LE(at + 8), image.readUInt32LE(at + 20)];
    return image.subarray(offset, offset + size);
  }
  throw new Error(`the boot file has no ${name}`);
}
