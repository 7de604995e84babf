import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

const folders = ['health.d', 'hooks', 'hooks/pre-reboot.d', 'hooks/post-confirm.d'];

/** A file where a folder of scripts should be would be noticed when the host is drained, or judged: too late. */
export async function checkFolders(etc: string): Promise<void> {
  for (const folder of folders) {
    const file = join(etc, folder);
    const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
      throw new InterlockError('config_invalid', { file, problem: error.message }, { cause: error });
    });
    if (found && !found.isDirectory()) {
      throw new InterlockError('config_invalid', { file, problem: 'it is a file and should be a folder' });
    }
  }
}
