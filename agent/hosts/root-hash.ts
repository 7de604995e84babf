import { readFile } from 'node:fs/promises';
import { rootHashOf } from '../../protocol/boot/kernel-parameters.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { run } from '../../system/process/run.ts';

/**
 * Hex root hash of a dm-verity device, out of the table the kernel enforces; where `dmsetup` is missing, out of the
 * command line that the initrd made that table from. Throws `disk_invalid`.
 */
export async function readRootHash(name: string, commandLine = '/proc/cmdline'): Promise<string> {
  // without dmsetup the kernel's command line says it
  const table = await run('dmsetup', ['table', name]).catch(() => '');
  const found = rootHashOfTable(table) ?? rootHashOf(await readFile(commandLine, 'utf8'));
  if (!found) throw new InterlockError('disk_invalid', { disk: name, problem: 'no root hash is in force' });
  return found;
}

/** Source: Linux `Documentation/admin-guide/device-mapper/verity.rst`, the root digest is the ninth parameter. */
export function rootHashOfTable(table: string): string | undefined {
  const fields = table.trim().split(/\s+/);
  return fields[2] === 'verity' && /^[0-9a-f]{64}$/.test(fields[11] ?? '') ? fields[11] : undefined;
}
