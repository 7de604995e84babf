import { createHash } from 'node:crypto';
import { buildHostArch } from '../../build-host/build-host-arch.ts';
import { during, type Reporter } from '../../build-host/reporter.ts';
import { layersOf } from '../../packages/lock/lock-layers.ts';
import type { PackagesLock } from '../../packages/lock/packages-lock.ts';
import { debianArch } from '../../packages/lock/required-packages.ts';
import type { Tree } from '../entries/entry.ts';
import { findKeptTree, keepTree } from '../kept/kept-tree.ts';
import { checkEmulation } from '../sandbox/emulation.ts';
import { inSandbox } from '../sandbox/in-sandbox.ts';
import { type SimulatedHost, standardHost } from '../sandbox/simulated-host.ts';
import { defaultSite, type Site } from '../sandbox/site.ts';
import { type Extras, installLayer, installRecipe, noExtras } from './install-layer.ts';

/**
 * Installs exactly the locked packages into a tree, layer by layer. The cache keeps the tree of every layer, and the
 * install begins above the highest that it has: the way to a tree is the same, so its bytes are too. `files` maps each
 * package's SHA-256 to its .deb.
 */
export async function bootstrap(
  lock: PackagesLock,
  files: ReadonlyMap<string, string>,
  report: Reporter,
  { host, trees }: Site = defaultSite,
  extras: Extras = noExtras,
): Promise<Tree> {
  const { arch } = lock;
  const layers = layersOf(lock);
  const keys = layerKeys(lock, host, extras);
  let { tree, count } = await highestKept(keys, trees);
  if (count < layers.length) {
    await checkEmulation(arch);
    if (arch !== buildHostArch())
      await inSandbox(['arch-test', debianArch(arch)], { arch, env: process.env });
  }
  for (; count < layers.length; count++) {
    const layer = layers[count]!;
    const below = tree;
    const place = layers.length > 1 ? ` (layer ${count + 1} of ${layers.length})` : '';
    tree = await during(report, `install ${layer.packages.length} packages${place}`, 0, () =>
      keepTree(keys[count]!, (tar) => installLayer(layer, below, { arch, files, host, extras }, tar), trees),
    );
  }
  return tree!;
}

/** The name of a lock's tree in the cache: everything that decides about its content. */
export function treeKey(
  lock: PackagesLock,
  host: SimulatedHost = standardHost,
  extras: Extras = noExtras,
): string {
  return layerKeys(lock, host, extras).at(-1)!;
}

/** The name of each layer's tree, which the layers below it go into as well. */
export function layerKeys(
  lock: PackagesLock,
  host: SimulatedHost = standardHost,
  extras: Extras = noExtras,
): string[] {
  const always = { options: installRecipe(lock.arch, extras), machine: host };
  const keys: string[] = [];
  for (const { date, packages } of layersOf(lock)) {
    const content = packages.map(({ name, version, arch, sha256 }) => [name, version, arch, sha256]);
    const recipe = { ...always, date, content, below: keys.at(-1) ?? null };
    keys.push(createHash('sha256').update(JSON.stringify(recipe)).digest('hex'));
  }
  return keys;
}

async function highestKept(
  keys: readonly string[],
  trees?: string,
): Promise<{ tree: Tree | undefined; count: number }> {
  for (let count = keys.length; count > 0; count--) {
    const tree = await findKeptTree(keys[count - 1]!, trees);
    if (tree) return { tree, count };
  }
  return { tree: undefined, count: 0 };
}
