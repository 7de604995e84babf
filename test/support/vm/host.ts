import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildHostArch } from '../../../builder/build-host/build-host-arch.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { probeKvm } from './probe-kvm.ts';
import type { Host } from './qemu-args.ts';

/** What machines of an architecture run on: emulation, unless `chooseAccelerator` found that KVM boots a kernel. */
export async function findHost(arch: Arch = buildHostArch()): Promise<Host> {
  const known = arch === buildHostArch() && (await readFile(await answerFile(), 'utf8').catch(() => ''));
  return { accelerator: known === 'kvm' ? 'kvm' : 'tcg,thread=multi' };
}

/** Finds out once per boot of this machine whether KVM works, by the boot file of a release for it; the answer is kept. */
export async function chooseAccelerator(bootFile: string, arch: Arch = buildHostArch()): Promise<void> {
  if (arch !== buildHostArch()) return;
  const file = await answerFile();
  if (existsSync(file)) return;
  const works = existsSync('/dev/kvm') && (await probeKvm(await readFile(bootFile), arch));
  await writeFile(file, works ? 'kvm' : 'tcg');
}

async function answerFile(): Promise<string> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return join(tmpdir(), `interlock-accelerator-${bootId.trim()}`);
}
