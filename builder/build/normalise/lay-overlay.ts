import { readdir, readlink, stat } from 'node:fs/promises';
import { InterlockError } from '../../../protocol/errors.ts';
import { putDirectory, putFile, putSymlink } from '../tree/change.ts';
import type { Tree } from '../tree/entry.ts';

/** Lays the files of a folder over the tree: root's, 0644, or 0755 where the owner may execute them. */
export async function layOverlay(tree: Tree, folder: string): Promise<void> {
  await layFolder(tree, Buffer.from(folder), '');
}

async function layFolder(tree: Tree, folder: Buffer, path: string): Promise<void> {
  const found = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  const names = found.toSorted((a, b) => Buffer.compare(a.name, b.name));
  for (const name of names) {
    const file = Buffer.concat([folder, Buffer.from('/'), name.name]);
    const target = [path, name.name.toString('latin1')].filter(Boolean).join('/');
    if (name.isDirectory()) {
      putDirectory(tree, target);
      await layFolder(tree, file, target);
    } else if (name.isSymbolicLink()) {
      putSymlink(tree, target, (await readlink(file, { encoding: 'buffer' })).toString('latin1'));
    } else if (name.isFile()) {
      const { size, mode } = await stat(file);
      const source = { file: file.toString('utf8'), offset: 0 };
      putFile(tree, target, { size, source }, mode & 0o100 ? 0o755 : 0o644);
    } else {
      const problem = 'an overlay holds files, folders and symbolic links only';
      throw new InterlockError('bad_input', { what: file.toString('utf8'), problem });
    }
  }
}
