import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Brings QEMU and its firmware when they are missing. Says why and returns false where there are no machines to be had. */
export function canRunMachines(): boolean {
  const problem = problemOf();
  if (problem) process.stderr.write(`No virtual machines: ${problem}. Going on with --file-backed hosts.\n`);
  return problem === null;
}

function problemOf(): string | null {
  if (process.arch !== 'x64') return 'the driver knows x86-64 machines only';
  const setup = join(import.meta.dirname, '../setup.js');
  const { status } = spawnSync(process.execPath, [setup, '--machines'], { stdio: 'inherit' });
  return status === 0 ? null : 'QEMU could not be installed (see above)';
}
