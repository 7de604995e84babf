import type { Definition } from '../define/definition.ts';
import { keepStatus } from './normalise/keep-status.ts';
import { scrub } from './normalise/scrub.ts';
import { layOverlays, overlaidPaths } from './overlay/lay-overlays.ts';
import { listPlaces } from './state/describe-places.ts';
import { emptyVar } from './state/empty-var.ts';
import { foldLocal } from './state/fold-local.ts';
import { moveHomes } from './state/move-homes.ts';
import { shippedFiles } from './state/shipped-files.ts';
import { removeWhere } from './tree/change.ts';
import type { Tree } from './tree/entry.ts';
import { matchPaths } from './tree/match-paths.ts';

/**
 * Says what would become of files in the host's folders, from as much of a tree as there is before a build; changes the
 * tree. Only scripts run after overlays, so a tree that they made has those. Throws what the build would.
 */
export async function planState(tree: Tree | undefined, definition: Definition): Promise<string[]> {
  const made = tree ?? new Map();
  if (!tree || definition.scripts.length === 0) await layOverlays(made, definition);
  const shipped = await shippedFiles(made);
  foldLocal(made);
  const overlaid = await overlaidPaths(made, definition);
  await scrub(made, overlaid);
  await keepStatus(made);
  removeWhere(made, matchPaths(definition.remove));
  await moveHomes(made);
  return listPlaces(await emptyVar(made, { ...definition.state, shipped }, overlaid));
}
