import { parentOf } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { removeBelow } from '../entries/lay-tree.ts';

const whiteout = '.wh.';
const opaque = '.wh..wh..opq';

/**
 * Takes what an upper layer hides out of the lower ones, and the marks themselves out of the upper (OCI image-spec,
 * layer.md, "Whiteouts"): `.wh.name` hides a name, `.wh..wh..opq` all that its folder held before.
 */
export function takeWhiteouts(lower: Tree, upper: Tree): void {
  for (const path of upper.keys()) {
    const folder = parentOf(path);
    const name = path.slice(folder === '' ? 0 : folder.length + 1);
    if (!name.startsWith(whiteout)) continue;
    upper.delete(path);
    if (name === opaque) hideContent(lower, folder);
    else if (!name.startsWith('.wh..wh.')) removeBelow(lower, join(folder, name.slice(whiteout.length)));
  }
}

function hideContent(lower: Tree, folder: string): void {
  for (const path of lower.keys()) {
    if (path !== '' && (folder === '' || path.startsWith(`${folder}/`))) lower.delete(path);
  }
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
