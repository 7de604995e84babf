import { readBody, type Tree } from '../entries/entry.ts';
import { lineFiles } from './line-files.ts';
import { readLine } from './read-line.ts';

/** Line types that make what they name; two of them for one path are an error in the journal of every boot. */
const creating = /^[fFdDvqQpLcbC]/;

/** Paths, without leading slash, that the tree's own tmpfiles.d files make at each boot, with the type of the line. */
export async function createdPaths(tree: Tree): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  for (const { body } of lineFiles(tree)) {
    const text = (await readBody(body)).toString('latin1');
    for (const line of text.split('\n')) {
      const made = creatingLine(line);
      if (made) paths.set(made.path, made.type);
    }
  }
  return paths;
}

/** What a line of tmpfiles.d(5) makes; nothing for a line that makes nothing. */
export function creatingLine(text: string): ReturnType<typeof readLine> {
  const line = readLine(text);
  return line && creating.test(line.type) ? line : undefined;
}
