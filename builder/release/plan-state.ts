import type { Definition } from '../definition/definition.ts';
import { removeWhere } from '../tree/entries/change.ts';
import type { Tree } from '../tree/entries/entry.ts';
import { matchPaths } from '../tree/entries/match-paths.ts';
import { keepStatus } from '../tree/normalise/keep-status.ts';
import { scrub } from '../tree/normalise/scrub.ts';
import { layOverlays, overlaidPaths } from '../tree/overlay/lay-overlays.ts';
import { listState } from '../tree/state/describe-state.ts';
import { emptyVar } from '../tree/state/empty-var.ts';
import { foldLocal } from '../tree/state/fold-local.ts';
import { moveHomes } from '../tree/state/move-homes.ts';
import { shippedFiles } from '../tree/state/shipped-files.ts';

/**
 * Describes what a build does with files in the host's folders, from as much of a tree as there is before it; changes the
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
  return listState(await emptyVar(made, { ...definition.state, shipped }, overlaid));
}
