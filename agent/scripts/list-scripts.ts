import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The executable files of a folder in name order; hidden files and editors' leftovers are no scripts. */
export async function listScripts(folder: string): Promise<string[]> {
  const names = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const scripts: string[] = [];
  for (const entry of names.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory() || !/^[0-9A-Za-z_][0-9A-Za-z_.-]*$/.test(entry.name)) continue;
    const path = join(folder, entry.name);
    const isExecutable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isExecutable) scripts.push(path);
  }
  return scripts;
}
