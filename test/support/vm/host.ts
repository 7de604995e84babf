import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeKvm } from './probe-kvm.ts';
import type { Host } from './qemu-args.ts';

const firmwareFolder = '/usr/share/OVMF';

/** Fresh firmware variables; each machine gets a copy of its own. */
export const firmwareVariables = join(firmwareFolder, 'OVMF_VARS_4M.fd');

/** What machines run on: emulation, unless `chooseAccelerator` found that KVM boots a kernel. */
export async function findHost(): Promise<Host> {
  const known = await readFile(await answerFile(), 'utf8').catch(() => '');
  const accelerator = known === 'kvm' ? 'kvm' : 'tcg,thread=multi';
  return { accelerator, firmware: join(firmwareFolder, 'OVMF_CODE_4M.fd') };
}

/** Finds out once per boot of this machine whether KVM works, by a release's boot file; the answer is kept. */
export async function chooseAccelerator(bootFile: string): Promise<void> {
  const file = await answerFile();
  if (existsSync(file)) return;
  const works = existsSync('/dev/kvm') && (await probeKvm(await readFile(bootFile)));
  await writeFile(file, works ? 'kvm' : 'tcg');
}

async function answerFile(): Promise<string> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return join(tmpdir(), `interlock-accelerator-${bootId.trim()}`);
}
