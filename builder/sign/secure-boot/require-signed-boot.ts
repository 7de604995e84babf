import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { peParts } from '../../../protocol/formats/efi/authenticode.ts';
import { readError } from '../../../system/files/read-error.ts';

/**
 * Checks that a release's boot loader and boot file are signed by a keys folder: firmware enrolled with
 * those keys starts nothing else. Throws `bad_input`, `keys_missing`.
 */
export async function requireSignedBoot(releaseDir: string, keysDir: string): Promise<void> {
  const text = await readFile(join(keysDir, 'x509/db.crt')).catch((cause) => {
    throw new InterlockError('keys_missing', { dir: keysDir, role: 'x509/db' }, { cause });
  });
  const { raw } = new X509Certificate(text);
  for (const name of ['loader.efi', 'boot.efi']) {
    const program = await readFile(join(releaseDir, name)).catch((cause) => {
      throw readError(join(releaseDir, name), cause);
    });
    const { offset, size } = peParts(program).table;
    if (program.subarray(offset, offset + size).includes(raw)) continue;
    const problem = `is not signed by ${join(keysDir, 'x509/db.crt')}; run \`interlock sign\` first`;
    throw new InterlockError('bad_input', { what: join(releaseDir, name), problem });
  }
}
