import { putSymlink } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import type { StateLayout } from './lay-out-state.ts';

/** A finished root as a host sees it after its first boot, with the image's links in /var: `/opt/x` leads somewhere. */
export function asOnHost(tree: Tree, { links }: Pick<StateLayout, 'links'>): Tree {
  const seen: Tree = new Map(tree);
  for (const { path, target } of links) putSymlink(seen, path, target);
  return seen;
}
