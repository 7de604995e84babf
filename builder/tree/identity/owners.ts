import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Definition } from '../../definition/definition.ts';
import type { Body } from '../entries/body.ts';
import type { Tree } from '../entries/entry.ts';
import { readBody } from '../entries/entry.ts';

/** dpkg's lists of files, by package; they leave the tree before it is finished. */
export type Owners = Map<string, Body>;

const list = /^var\/lib\/dpkg\/info\/(.+?)(?::\w+)?\.list$/;

/** Collects the lists from which `originOf` finds what brought a file. */
export function collectOwners(tree: Tree): Owners {
  return new Map(
    [...tree.values()].flatMap(({ path, body }): [string, Body][] => {
      const name = list.exec(path)?.[1];
      return name ? [[name, body]] : [];
    }),
  );
}

/** Finds what brought a path: a file of an overlay, a package, or a program that made it. */
export async function originOf(path: string, { overlays }: Definition, owners: Owners): Promise<string> {
  for (const overlay of overlays.toReversed()) {
    const file = join(overlay, path);
    // the origin is only for a message: the next candidate will do
    if (await stat(file).catch(() => undefined)) return `from ${file}`;
  }
  const owner = await packageOf(path, owners);
  if (owner !== undefined) return `from package ${owner}`;
  return 'made by the script of a package, by a script of the image or by a source';
}

/** The package that ships a path. */
export async function packageOf(path: string, owners: Owners): Promise<string | undefined> {
  // lists name places from before /usr was merged
  const names = [`/${path}`, `/${path.replace(/^usr\/(?=s?bin\/|lib)/, '')}`];
  for (const [name, body] of owners) {
    const lines = (await readBody(body)).toString('latin1').split('\n');
    if (names.some((each) => lines.includes(each))) return name;
  }
  return undefined;
}
