import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Installs QEMU and its firmware if missing. Prints the reason and returns false where virtual machines cannot run. */
export function canRunVms(): boolean {
  const problem = problemOf();
  if (problem)
    process.stderr.write(`No virtual machines: ${problem}. Continuing with --file-backed hosts.\n`);
  return problem === null;
}

function problemOf(): string | null {
  if (process.arch !== 'x64') return 'only x86-64 is supported';
  const setup = join(import.meta.dirname, '../setup.js');
  const { status } = spawnSync(process.execPath, [setup, '--machines'], { stdio: 'inherit' });
  return status === 0 ? null : 'QEMU could not be installed (see above)';
}
