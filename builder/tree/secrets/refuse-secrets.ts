import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { line } from '../../../protocol/text/visible.ts';
import type { Definition } from '../../definition/definition.ts';
import { readBody, type Tree } from '../entries/entry.ts';
import { matchPaths } from '../entries/match-paths.ts';
import { readWindows } from '../entries/read-windows.ts';
import { type Owners, originOf, packageOf } from '../identity/owners.ts';
import { formerPath } from '../state/homes.ts';
import { findPrivateKey, windowOverlap } from './find-private-key.ts';

const elf = Buffer.from('\x7fELF');

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
    if (kind && !(await testsItself(tree, path, owners))) found.set(name, kind);
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

/** Programs and libraries of packages carry keys by which they test their own cryptography, as GnuTLS does. */
async function testsItself(tree: Tree, path: string, owners: Owners): Promise<boolean> {
  const { size, source } = tree.get(path)!.body;
  const start = await readBody({ size: Math.min(size, elf.length), source });
  return start.subarray(0, elf.length).equals(elf) && (await packageOf(path, owners)) !== undefined;
}
