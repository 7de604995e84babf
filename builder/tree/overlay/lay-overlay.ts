import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { listOverlay, type OverlayEntry } from '../../definition/overlay/list-overlay.ts';
import { shownName } from '../../definition/paths/names.ts';
import { parentOf, putDirectory, putFile, putSymlink } from '../entries/change.ts';
import type { Entry, Tree } from '../entries/entry.ts';
import { follow } from '../entries/follow.ts';
import { type Rights, rightsOfFile, rightsOfFolder, shippedRights } from './mode-of.ts';

/** Lays an entry of an overlay over what the tree has at its path. */
type Judge = (entry: OverlayEntry, replaced: Entry | undefined) => Rights;

/**
 * Lays a definition's overlay over the tree: a folder that meets a link to a folder goes where it leads, as `/bin` into
 * `/usr/bin`; a folder that is there keeps its owner and mode; files and links replace files and links. Throws
 * `bad_input` where a folder would replace something else or be replaced.
 */
export async function layOverlay(tree: Tree, folder: string): Promise<void> {
  await lay(tree, folder, (entry, replaced) =>
    entry.type === 'directory' ? rightsOfFolder(entry) : rightsOfFile(entry, replaced),
  );
}

/** Lays a folder of this project over the tree; the umask at its checkout makes no difference. */
export async function layShipped(tree: Tree, folder: string): Promise<void> {
  await lay(tree, folder, shippedRights);
}

async function lay(tree: Tree, folder: string, judge: Judge): Promise<void> {
  putDirectory(tree, '');
  const landed = new Map([['', '']]);
  for (const entry of await listOverlay(folder)) {
    const parent = landed.get(parentOf(entry.path))!;
    const name = entry.path.slice(entry.path.lastIndexOf('/') + 1);
    const path = parent === '' ? name : `${parent}/${name}`;
    if (entry.type === 'directory') landed.set(entry.path, layFolder(tree, path, entry, judge));
    else layLeaf(tree, path, entry, judge);
  }
}

/** Returns the path where the folder's content goes. */
function layFolder(tree: Tree, path: string, entry: OverlayEntry, judge: Judge): string {
  const found = tree.get(path);
  if (found?.type === 'directory') return path;
  if (!found) {
    putDirectory(tree, path);
    tree.set(path, { ...tree.get(path)!, ...judge(entry, undefined) });
    return path;
  }
  const leadsTo = found.type === 'symlink' ? follow(tree, path) : undefined;
  if (leadsTo?.type === 'directory') return leadsTo.path;
  const what = found.type === 'symlink' ? `a link to ${shownName(found.linkname)}` : `a ${found.type}`;
  throw refused(entry, path, `${what} and no folder`);
}

function layLeaf(tree: Tree, path: string, entry: OverlayEntry, judge: Judge): void {
  const found = tree.get(path);
  if (found?.type === 'directory') throw refused(entry, path, 'a folder');
  if (entry.type === 'symlink') {
    putSymlink(tree, path, entry.linkname);
    return;
  }
  const { file, size, mtimeMs } = entry;
  putFile(tree, path, { size, source: { file, offset: 0, mtimeMs } });
  tree.set(path, { ...tree.get(path)!, ...judge(entry, found) });
}

function refused({ file }: OverlayEntry, path: string, what: string): InterlockError {
  const problem = `/${shownName(path)} is ${what} in the image already`;
  return new InterlockError('bad_input', { what: shownName(file), problem });
}
