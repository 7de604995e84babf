import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { probeKvm } from './probe-kvm.ts';

/** What machines of this architecture run by: emulation, or KVM where a kernel was seen to boot by it. */
export type Accelerator = 'kvm' | 'tcg,thread=multi';

const firmwareFolder = '/usr/share/OVMF';

/** Code of the firmware, and fresh variables of it. */
export const firmware = {
  code: join(firmwareFolder, 'OVMF_CODE_4M.fd'),
  variables: join(firmwareFolder, 'OVMF_VARS_4M.fd'),
};

/** The program that machines run in. */
export const qemu = 'qemu-system-x86_64';

/** Throws `tool_missing` with the package when this machine cannot run others. */
export function requireVirtualization(path = process.env.PATH ?? ''): void {
  const packages = { [qemu]: 'qemu-system-x86', 'qemu-img': 'qemu-utils' };
  for (const [tool, name] of Object.entries(packages)) {
    const isThere = path.split(':').some((folder) => folder && existsSync(join(folder, tool)));
    if (!isThere) throw missing(tool, name);
  }
  if (!existsSync(firmware.code)) throw missing(firmware.code, 'ovmf');
}

function missing(tool: string, name: string): InterlockError {
  return new InterlockError('tool_missing', { tool, package: name });
}

/** Finds out once per boot of this machine whether KVM works, by a release's boot file; the answer is kept. */
export async function chooseAccelerator(bootFile: string): Promise<Accelerator> {
  const file = await answerFile();
  // nobody has asked since the boot
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known) return known === 'kvm' ? 'kvm' : 'tcg,thread=multi';
  const works = existsSync('/dev/kvm') && (await probeKvm(await readFile(bootFile)));
  await writeFile(file, works ? 'kvm' : 'tcg');
  return works ? 'kvm' : 'tcg,thread=multi';
}

async function answerFile(): Promise<string> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return join(tmpdir(), `interlock-accelerator-${bootId.trim()}`);
}
