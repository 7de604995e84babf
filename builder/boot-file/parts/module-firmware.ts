import { readBody, type Tree } from '../../tree/entries/entry.ts';
import { follow } from '../../tree/entries/follow.ts';

const folder = 'usr/lib/firmware';

/**
 * The firmware that kernel modules ask for (MODULE_FIRMWARE in their .modinfo section) and that the tree has, by path. What
 * a device lacks there its driver says at boot: most names are for models that a machine does not have.
 */
export async function moduleFirmware(
  tree: Tree,
  modules: Iterable<Uint8Array>,
): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const name of [...new Set([...modules].flatMap(namedIn))].sort()) {
    const entry = follow(tree, `${folder}/${name}`);
    if (entry?.type === 'file') found.set(`${folder}/${name}`, await readBody(entry.body));
  }
  return found;
}

/** Entries of .modinfo are `key=value`, each ended by a zero byte. */
function namedIn(module: Uint8Array): string[] {
  const text = Buffer.from(module.buffer, module.byteOffset, module.byteLength).toString('latin1');
  return [...text.matchAll(/\0firmware=([\w][\w./+-]*)(?=\0)/g)].map(([, name = '']) => name);
}
