import type { Body, Tree } from '../tree/entry.ts';
import { readBody } from '../tree/entry.ts';

/** dpkg's lists of files, by package; they leave the tree before it is finished. */
export type Owners = Map<string, Body>;

const list = /^var\/lib\/dpkg\/info\/(.+?)(?::\w+)?\.list$/;

/** Keeps hold of the lists by which `ownerOf` tells who brought a file. */
export function takeOwners(tree: Tree): Owners {
  return new Map(
    [...tree.values()].flatMap(({ path, body }): [string, Body][] => {
      const name = list.exec(path)?.[1];
      return name ? [[name, body]] : [];
    }),
  );
}

/** Says which package brought a path, "from package NAME", or that something made it. */
export async function ownerOf(path: string, owners: Owners): Promise<string> {
  // lists name places from before /usr was merged
  const names = [`/${path}`, `/${path.replace(/^usr\/(?=s?bin\/|lib)/, '')}`];
  for (const [name, body] of owners) {
    const lines = (await readBody(body)).toString('latin1').split('\n');
    if (names.some((each) => lines.includes(each))) return `from package ${name}`;
  }
  return 'made by the script of a package, by a script of the image or by a source';
}
