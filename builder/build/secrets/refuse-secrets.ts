import { InterlockError } from '../../../protocol/errors.ts';
import { line } from '../../../protocol/visible.ts';
import type { Definition } from '../../define/definition.ts';
import { type Owners, originOf } from '../identity/owners.ts';
import { formerPath } from '../state/homes.ts';
import type { Tree } from '../tree/entry.ts';
import { matchPaths } from '../tree/match-paths.ts';
import { readWindows } from '../tree/read-windows.ts';
import { findPrivateKey, windowOverlap } from './find-private-key.ts';

/**
 * Refuses a root that holds private keys, for everybody may fetch it, unless the definition allows their paths. Throws
 * `secret_in_image` with path, kind and origin of each.
 */
export async function refuseSecrets(tree: Tree, definition: Definition, owners: Owners): Promise<void> {
  const isAllowed = matchPaths(definition.secrets);
  const found = new Map<string, string>();
  for await (const { path, bytes, isWhole } of readWindows(tree, windowOverlap)) {
    const name = formerPath(path);
    if (found.has(name) || isAllowed(path) || isAllowed(name)) continue;
    const kind = findPrivateKey(bytes, isWhole);
    if (kind) found.set(name, kind);
  }
  if (found.size === 0) return;
  const lines = await Promise.all(
    [...found].map(
      async ([path, kind]) => line`\n  /${path}: ${kind}, ${await originOf(path, definition, owners)}`,
    ),
  );
  const [first = ''] = found.keys();
  throw new InterlockError('secret_in_image', { lines: lines.join(''), path: `/${first}` });
}
