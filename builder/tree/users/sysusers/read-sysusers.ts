import { readBody, type Tree } from '../../entries/entry.ts';
import { follow } from '../../entries/follow.ts';
import { type Declaration, parseSysusers } from './parse-sysusers.ts';

/** Folders of sysusers.d(5); a file in an earlier one stands for its namesakes in later ones. */
const folders = ['etc/sysusers.d', 'usr/local/lib/sysusers.d', 'usr/lib/sysusers.d'];

/** Files of sysusers.d(5) in a tree, read or masked: paths. */
export function sysusersFiles(tree: Tree): string[] {
  const isFile = (path: string) =>
    folders.some((folder) => {
      return path.startsWith(`${folder}/`) && /^[^/]+\.conf$/.test(path.slice(folder.length + 1));
    });
  return [...tree.keys()].filter(isFile).toSorted();
}

/** Reads a tree's files of sysusers.d(5) in the order in which systemd-sysusers does. */
export async function readSysusers(tree: Tree): Promise<Declaration[]> {
  const files = new Map<string, string>();
  for (const folder of folders) {
    for (const path of sysusersFiles(tree).filter((file) => file.startsWith(`${folder}/`))) {
      const name = path.slice(folder.length + 1);
      if (!files.has(name)) files.set(name, path);
    }
  }
  const declared: Declaration[] = [];
  for (const [, path] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const found = follow(tree, path);
    if (found?.type !== 'file') continue;
    declared.push(...parseSysusers((await readBody(found.body)).toString('utf8'), `/${path}`));
  }
  return declared;
}
