import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { elfNeeds } from '../../tree/elf/elf-needs.ts';
import { findLibrary } from '../../tree/elf/find-library.ts';
import { parentOf } from '../../tree/entries/change.ts';
import { type Entry, readBody, type Tree } from '../../tree/entries/entry.ts';
import { follow } from '../../tree/entries/follow.ts';

/** A program of the tree with its loader and every library it needs: path as the program asks for it → content. */
export async function programFiles(tree: Tree, program: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const todo = [program];
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    if (files.has(path)) continue;
    const found = findFile(tree, path);
    const content = await readBody(found.body);
    files.set(path, content);
    const { interpreter, libraries, folders } = elfNeeds(content, path);
    if (interpreter) todo.push(interpreter.slice(1));
    for (const library of libraries) {
      const at = findLibrary(tree, library, folders, parentOf(found.path));
      if (at === undefined) throw missing(library);
      todo.push(at);
    }
  }
  // the loader's own name may be met by its library folder too; sorted, the order of finding does not matter
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function findFile(tree: Tree, path: string): Entry {
  const found = follow(tree, path);
  if (found?.type !== 'file') throw missing(path);
  return found;
}

function missing(path: string): InterlockError {
  return new InterlockError('not_found', { what: `/${path} in the image` });
}
