import { posix } from 'node:path';
import { parentOf, putDirectory, putFile, putSymlink } from '../entries/change.ts';
import { readBody, type Tree } from '../entries/entry.ts';
import { homes } from './homes.ts';
import { keepTarget } from './keep-target.ts';

/** Makes links into /var of the folders that a host's owner writes to, and has tmpfiles.d speak of where they lead. */
export async function moveHomes(tree: Tree): Promise<void> {
  for (const [from, to] of Object.entries(homes)) {
    const found = tree.get(from);
    if (found?.type === 'symlink') {
      // a source that was such an image itself, or one with an idea of its own
      if (posix.resolve('/', parentOf(from), found.linkname) !== `/${to}`) continue;
      tree.delete(from);
    }
    for (const entry of [...tree.values()]) {
      if (entry.path !== from && !entry.path.startsWith(`${from}/`)) continue;
      tree.delete(entry.path);
      const path = to + entry.path.slice(from.length);
      putDirectory(tree, parentOf(path));
      tree.set(path, { ...entry, path, linkname: keepTarget(entry, from) });
    }
    putDirectory(tree, to, found?.type === 'directory' ? found.mode : undefined);
    putSymlink(tree, from, from.includes('/') ? `../${to}` : to);
  }
  for (const { path, type, body } of [...tree.values()]) {
    if (type === 'file' && /^(usr\/lib|etc)\/tmpfiles\.d\/[^/]+\.conf$/.test(path)) {
      const text = (await readBody(body)).toString('latin1');
      const moved = movePaths(text);
      if (moved !== text) putFile(tree, path, Buffer.from(moved, 'latin1'));
    }
  }
}

/** systemd-tmpfiles complains about a link where it is to make a folder. */
function movePaths(text: string): string {
  return text.replace(
    /^([^#\s]\S*[ \t]+"?)\/(root|home|opt|srv|usr\/local)(?=[/\s"]|$)/gm,
    (_, kind: string, from: keyof typeof homes) => `${kind}/${homes[from]}`,
  );
}
