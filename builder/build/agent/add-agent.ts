import { fileURLToPath } from 'node:url';
import type { Arch } from '../../../protocol/schema.ts';
import { layShipped } from '../overlay/lay-overlay.ts';
import { putFile } from '../tree/change.ts';
import type { Tree } from '../tree/entry.ts';
import { type BundledPackage, bundleAgent } from './bundle-agent.ts';
import { nodePackage, readNode } from './read-node.ts';

const dist = fileURLToPath(new URL('../../../agent/dist', import.meta.url));

/** Puts the agent into an image: its units and launcher, its one file of JavaScript, and the Node that runs it. Gives the npm packages in it. */
export async function addAgent(tree: Tree, arch: Arch): Promise<BundledPackage[]> {
  await layShipped(tree, dist);
  const { code, packages } = await bundleAgent();
  putFile(tree, 'usr/lib/interlock/agent.js', code);
  putFile(tree, 'usr/lib/interlock/node', await readNode(arch), 0o755);
  return [...packages, await nodePackage(arch)];
}
