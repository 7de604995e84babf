import { readBody, type Tree } from '../tree/entry.ts';
import { readLine } from './read-line.ts';

/** Later folders go before earlier ones where a name is the same (tmpfiles.d(5)). */
const folders = ['usr/lib/tmpfiles.d', 'run/tmpfiles.d', 'etc/tmpfiles.d'];

/** Line types that make what they name; two of them for one path are an error in the journal of every boot. */
const creating = /^[fFdDvqQpLcbC]/;

/** Paths, without leading slash, that the tree's own tmpfiles.d files make at each boot. */
export async function createdPaths(tree: Tree): Promise<Set<string>> {
  const files = new Map<string, string>();
  for (const folder of folders) {
    for (const path of tree.keys()) {
      const name = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : '';
      if (/^[^/]+\.conf$/.test(name)) files.set(name, path);
    }
  }
  const paths = new Set<string>();
  for (const file of files.values()) {
    const entry = tree.get(file)!;
    if (entry.type !== 'file') continue;
    const text = (await readBody(entry.body)).toString('latin1');
    for (const path of text.split('\n').flatMap(createdBy)) paths.add(path);
  }
  return paths;
}

function createdBy(text: string): string[] {
  const line = readLine(text);
  return line && creating.test(line.type) ? [line.path] : [];
}
