import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Definition } from '../../definition/definition.ts';
import { doubtfulModes } from '../../definition/overlay/doubtful-modes.ts';
import { placeOf } from '../../definition/place-of.ts';
import { refuseAll } from '../../definition/refuse-all.ts';
import { matchPaths } from '../../tree/entries/match-paths.ts';
import { mergedFolders, neededFiles, neededFolders } from './needed-files.ts';

const shipped = ['../../tree/base', '../../../agent/dist'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
);
/** Texts and settings of every image that an overlay may have in its own way. */
const replaceable = matchPaths(['etc/**', 'usr/lib/systemd/*.conf.d']);

/**
 * Checks before anything is fetched that a definition does not remove or replace what no image works without. Returns what is
 * probably harmless, in words. Throws `definition_invalid` with every line at once.
 */
export async function checkDefinition(definition: Definition): Promise<string[]> {
  const own = await replaced(definition);
  refuseAll([
    ...removed(definition),
    ...own
      .filter(({ path }) => !replaceable(path))
      .map(({ place, path }) => ({
        ...place,
        problem: `overlay replaces /${path}, which is Interlock’s own: a drop-in beside it changes a unit`,
      })),
  ]);
  const modes = await Promise.all(definition.overlays.map(doubtfulModes));
  return [...own.map(({ path }) => `the overlay replaces /${path}, which every image has`), ...modes.flat()];
}

function removed(definition: Definition) {
  const files = neededFiles(definition);
  const needed = [
    ...neededFolders.map((path) => ({ path, reason: 'a folder that every system has' })),
    ...mergedFolders.map((path) => ({ path, reason: 'a link that every program needs' })),
    ...files,
  ];
  return definition.remove.flatMap((glob) => {
    const isUnwanted = matchPaths([glob]);
    const taken = needed.find(({ path }) => isUnwanted(path));
    if (!taken) return [];
    const problem = `remove "${glob}" takes /${taken.path} (${taken.reason})`;
    return [{ ...placeOf(definition, ['remove'], glob), problem }];
  });
}

async function replaced(definition: Definition) {
  const ours = new Set((await Promise.all(shipped.map(filesOf))).flat());
  const found = await Promise.all(
    definition.overlays.map(async (overlay) => {
      const paths = (await filesOf(overlay)).filter((path) => ours.has(path));
      return paths.map((path) => ({ path, place: placeOf(definition, ['overlay']) }));
    }),
  );
  return found.flat();
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
}
