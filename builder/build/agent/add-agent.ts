import { fileURLToPath } from 'node:url';
import type { Arch } from '../../../protocol/schema.ts';
import { layOverlay } from '../normalise/lay-overlay.ts';
import { putFile } from '../tree/change.ts';
import type { Tree } from '../tree/entry.ts';
import { bundleAgent } from './bundle-agent.ts';
import { readNode } from './read-node.ts';

const dist = fileURLToPath(new URL('../../../agent/dist', import.meta.url));

/** Puts the agent into an image: its units and launcher, its one file of JavaScript, and the Node that runs it. */
export async function addAgent(tree: Tree, arch: Arch): Promise<void> {
  await layOverlay(tree, dist);
  putFile(tree, 'usr/lib/interlock/agent.js', await bundleAgent());
  putFile(tree, 'usr/lib/interlock/node', await readNode(arch), 0o755);
}
