import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Definition } from '../../definition/definition.ts';
import { placeOf } from '../../definition/place-of.ts';
import { readBody, type Tree } from '../entries/entry.ts';
import { matchPaths } from '../entries/match-paths.ts';
import { knownIdentities } from './known-identities.ts';
import { originOf } from './owners.ts';

/**
 * Refuses what overlays put into a tree (`overlaid`) when it gives every host the identity of one. Throws
 * `definition_invalid` with the file. Private keys are refused by `refuseSecrets`.
 */
export async function refuseIdentities(
  tree: Tree,
  definition: Definition,
  overlaid: ReadonlySet<string>,
): Promise<void> {
  for (const { name, why, paths, onOneHost } of knownIdentities) {
    const isKnown = matchPaths(paths);
    for (const path of [...overlaid].filter(isKnown)) {
      const entry = tree.get(path);
      if (!onOneHost || entry?.type !== 'file') continue;
      if (!onOneHost.test((await readBody(entry.body)).toString('latin1'))) continue;
      const from = await originOf(path, definition, new Map());
      const problem = `/${path} (${from}) gives every host the same ${name}: it ${why}. Remove it; each host makes its own`;
      throw new InterlockError('definition_invalid', { ...placeOf(definition, ['overlay']), problem });
    }
  }
}
