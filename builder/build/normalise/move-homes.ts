import { parentOf, putDirectory, putFile, putSymlink } from '../tree/change.ts';
import { readBody, type Tree } from '../tree/entry.ts';

/** Folders that belong to the host and not to the image, and where their content lives. */
const homes = {
  root: 'var/roothome',
  home: 'var/home',
  opt: 'var/opt',
  srv: 'var/srv',
  'usr/local': 'var/usrlocal',
} as const;

/** Makes links into /var of the folders that a host's owner writes to, and has tmpfiles.d speak of where they lead. */
export async function moveHomes(tree: Tree): Promise<void> {
  for (const [from, to] of Object.entries(homes)) {
    const mode = tree.get(from)?.mode;
    for (const entry of [...tree.values()]) {
      if (entry.path !== from && !entry.path.startsWith(`${from}/`)) continue;
      tree.delete(entry.path);
      const path = to + entry.path.slice(from.length);
      putDirectory(tree, parentOf(path));
      tree.set(path, { ...entry, path });
    }
    putDirectory(tree, to, mode);
    putSymlink(tree, from, from.includes('/') ? `../${to}` : to);
  }
  for (const { path, type, body } of [...tree.values()]) {
    if (type === 'file' && /^usr\/lib\/tmpfiles\.d\/[^/]+\.conf$/.test(path)) {
      putFile(tree, path, movePaths((await readBody(body)).toString('latin1')));
    }
  }
}

/** systemd-tmpfiles complains about a link where it is to make a folder. */
function movePaths(text: string): Buffer {
  const moved = text.replace(
    /^([^#\s]\S*[ \t]+)\/(root|home|opt|srv|usr\/local)(?=[/\s]|$)/gm,
    (_, kind: string, from: keyof typeof homes) => `${kind}/${homes[from]}`,
  );
  return Buffer.from(moved, 'latin1');
}
