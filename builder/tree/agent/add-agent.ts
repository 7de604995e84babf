import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentFile, agentNodeFile } from '../../../protocol/boot/host-layout.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { putFile } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { layTree } from '../entries/lay-tree.ts';
import { layShipped } from '../overlay/lay-overlay.ts';
import { type BundledPackage, bundleAgent } from './bundle-agent.ts';
import { nodePackage, readNode } from './read-node.ts';

const dist = fileURLToPath(new URL('../../../agent/dist', import.meta.url));

/**
 * Puts the agent into an image: its units and launcher, its JavaScript, and the Node that runs it; what
 * overlays put there is `overlaid` and stays. Returns the npm packages in it.
 */
export async function addAgent(
  tree: Tree,
  arch: Arch,
  overlaid: ReadonlySet<string> = new Set(),
): Promise<BundledPackage[]> {
  const agent: Tree = new Map();
  await layShipped(agent, dist);
  const { files, packages } = await bundleAgent();
  const folder = dirname(agentFile).slice(1);
  for (const [name, code] of Object.entries(files)) putFile(agent, join(folder, name), code);
  putFile(agent, agentNodeFile.slice(1), await readNode(arch), 0o755);
  for (const path of overlaid) agent.delete(path);
  layTree(tree, agent, { keepLinks: true, replaceDirectories: false });
  return [...packages, await nodePackage(arch)];
}
