import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arch } from '../../protocol/schema/schema.ts';
import { probeKvm } from './probe-kvm.ts';

/** What machines run by: emulation, or KVM where a kernel was seen to boot by it. */
export type Accelerator = 'kvm' | 'tcg,thread=multi';

/** What is known since this machine's boot; emulation before `chooseAccelerator` has found out. */
export async function knownAccelerator(arch: Arch): Promise<Accelerator> {
  // nobody has asked since the boot
  const known = isOwn(arch) && (await readFile(await answerFile(), 'utf8').catch(() => ''));
  return known === 'kvm' ? 'kvm' : 'tcg,thread=multi';
}

/** Finds out once per boot of this machine whether KVM works, by the boot file of a release for it; the answer is kept. */
export async function chooseAccelerator(bootFile: string, arch: Arch): Promise<Accelerator> {
  const file = await answerFile();
  if (isOwn(arch) && !existsSync(file)) {
    const works = existsSync('/dev/kvm') && (await probeKvm(await readFile(bootFile), arch));
    await writeFile(file, works ? 'kvm' : 'tcg');
  }
  return knownAccelerator(arch);
}

function isOwn(arch: Arch): boolean {
  return { 'x86-64': 'x64', arm64: 'arm64' }[arch] === process.arch;
}

async function answerFile(): Promise<string> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return join(tmpdir(), `interlock-accelerator-${bootId.trim()}`);
}
