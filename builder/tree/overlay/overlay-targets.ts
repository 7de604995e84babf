import { listOverlay, type OverlayEntry } from '../../definition/overlay/list-overlay.ts';
import { parentOf } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { follow } from '../entries/follow.ts';

/** The paths of a tree where the entries of an overlay lie, after it was laid. */
export async function overlayTargets(
  tree: Tree,
  overlay: string,
): Promise<{ entry: OverlayEntry; path: string }[]> {
  const entries = await listOverlay(overlay);
  return entries.map((entry) => {
    const { path, type } = entry;
    if (type === 'directory') return { entry, path: follow(tree, path)?.path ?? path };
    const folder = follow(tree, parentOf(path))?.path ?? parentOf(path);
    const name = path.slice(path.lastIndexOf('/') + 1);
    return { entry, path: folder === '' ? name : `${folder}/${name}` };
  });
}
