import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Definition } from '../../definition/definition.ts';
import { permsFile } from '../../definition/overlay/read-perms.ts';
import type { Tree } from '../entries/entry.ts';
import { writeTree } from '../entries/write-tree.ts';
import { layOverlay, layShipped } from './lay-overlay.ts';
import { overlayTargets } from './overlay-targets.ts';

/** What every image carries, laid out as on the host. */
const base = fileURLToPath(new URL('../base', import.meta.url));

type Overlays = Pick<Definition, 'overlays'>;

/** Lays what every image has over the tree, and then the definition's overlays in order. */
export async function layOverlays(tree: Tree, { overlays }: Overlays): Promise<void> {
  await layShipped(tree, base);
  for (const overlay of overlays) await layOverlay(tree, overlay);
}

/** The key of a tree in the cache (hex) over which `layOverlays` went, from the key it had before. */
export async function overlaidKey(key: string, { overlays }: Overlays): Promise<string> {
  const digests = [await digestOf((tree) => layShipped(tree, base))];
  for (const overlay of overlays) digests.push(await overlayDigest(overlay));
  return createHash('sha256')
    .update(JSON.stringify([key, digests]))
    .digest('hex');
}

/** SHA-256 (hex) of one overlay, with what `overlay.perms` says of it. */
export async function overlayDigest(overlay: string): Promise<string> {
  const content = await digestOf((tree) => layOverlay(tree, overlay));
  // the file is optional; checkPaths has reported one that cannot be read
  const perms = await readFile(permsFile(overlay), 'utf8').catch(() => undefined);
  if (perms === undefined) return content;
  return createHash('sha256')
    .update(JSON.stringify([content, perms]))
    .digest('hex');
}

/** The paths of a tree at which the definition's overlays put files and links: what the author wants there. */
export async function overlaidPaths(tree: Tree, { overlays }: Overlays): Promise<Set<string>> {
  const paths = new Set<string>();
  for (const overlay of overlays) {
    for (const { entry, path } of await overlayTargets(tree, overlay)) {
      if (entry.type !== 'directory') paths.add(path);
    }
  }
  return paths;
}

async function digestOf(lay: (tree: Tree) => Promise<void>): Promise<string> {
  const tree: Tree = new Map();
  await lay(tree);
  const digest = createHash('sha256');
  for await (const chunk of writeTree(tree, 0)) digest.update(chunk as Buffer);
  return digest.digest('hex');
}
