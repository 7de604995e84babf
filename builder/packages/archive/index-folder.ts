import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { run } from '../../../system/process/run.ts';
import { digestFile } from '../../build-host/digest.ts';

/** Names that a lock and an address can hold as they are. */
const plainName = /^[\w][\w.+~:@=,-]*\.deb$/;

/**
 * Makes apt's index of the .deb files of a folder and of those below it, in a folder of its own for a `copy:` source. Returns
 * each file's path in the folder by its SHA-256. Throws `bad_input` for a file that is not a package.
 */
export async function indexFolder(folder: string, index: string): Promise<Map<string, string>> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.deb')).sort();
  const stanzas: string[] = [];
  const byHash = new Map<string, string>();
  for (const path of paths) {
    const what = join(folder, path);
    if (!path.split('/').every((name) => plainName.test(name) || /^[\w][\w.+~-]*$/.test(name))) {
      throw new InterlockError('bad_input', { what, problem: 'has a name with other signs than Debian’s' });
    }
    const control = await run('dpkg-deb', ['-f', what]).catch((cause) => {
      throw new InterlockError('bad_input', { what, problem: 'is not a Debian package' }, { cause });
    });
    const { size, sha256 } = await digestFile(what);
    byHash.set(sha256, path);
    stanzas.push(`${control.trimEnd()}\nFilename: ./${sha256}.deb\nSize: ${size}\nSHA256: ${sha256}\n`);
  }
  await mkdir(index, { recursive: true });
  await writeFile(join(index, 'Packages'), stanzas.join('\n'));
  return byHash;
}
