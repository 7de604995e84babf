import type { Tree } from '../entries/entry.ts';
import { follow } from '../entries/follow.ts';

/** Where the dynamic loader looks by default (ld.so(8)). */
export const libraryFolders = [
  'usr/lib/x86_64-linux-gnu',
  'usr/lib/aarch64-linux-gnu',
  'usr/lib',
  'usr/lib64',
];

/** The path of a library of the tree that a program in folder `origin` asks for; `folders` as DT_RUNPATH names them. */
export function findLibrary(
  tree: Tree,
  name: string,
  folders: readonly string[] = [],
  origin = '',
): string | undefined {
  const isFile = (path: string) => follow(tree, path)?.type === 'file';
  if (name.includes('/')) return isFile(name) ? name.replace(/^\/+/, '') : undefined;
  const named = folders.map((folder) =>
    folder.replace(/\$(ORIGIN|\{ORIGIN\})/g, `/${origin}`).replace(/^\/+/, ''),
  );
  const found = [...named, ...libraryFolders].find((folder) => isFile(`${folder}/${name}`));
  return found === undefined ? undefined : `${found}/${name}`;
}
