import { posix } from 'node:path';
import { parentOf } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { resolvePath } from '../entries/follow.ts';
import { systemFolders, userFolders } from './unit-folders.ts';

const search = [...systemFolders.search, ...userFolders.search];
const ofTheHost = /^(?:opt|srv|home|root|usr\/local|var)\//;

/**
 * Makes files of units and drop-ins that are links to files in the host's folders, as `systemctl link /opt/…` leaves
 * them: on the first boot systemd reads its units before the image's files appear there.
 */
export function adoptLinked(tree: Tree): void {
  for (const { path, type, linkname } of [...tree.values()]) {
    const folder = parentOf(path);
    const isUnit = search.includes(folder);
    const isDropIn = folder.endsWith('.d') && search.includes(parentOf(folder));
    if (type !== 'symlink' || !(isUnit || isDropIn)) continue;
    const next = posix.resolve('/', folder, linkname).slice(1);
    const file = tree.get(resolvePath(tree, path) ?? '');
    if (search.includes(parentOf(next)) || file?.type !== 'file' || !ofTheHost.test(file.path)) continue;
    tree.set(path, { ...file, path, body: { ...file.body } });
  }
}
