import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';

/** Writes a tree below a folder; `linkTo` may turn the targets of its links into others. */
export async function layUnits(tree: Tree, root: string, linkTo = (target: string) => target): Promise<void> {
  for (const { path, type, linkname, body } of tree.values()) {
    const file = join(root, path);
    mkdirSync(type === 'directory' ? file : dirname(file), { recursive: true });
    if (type === 'symlink') symlinkSync(linkTo(linkname), file);
    if (type === 'file') writeFileSync(file, await readBody(body));
  }
}
