import { listNodes, type SwarmNode } from '../../system/docker/swarm.ts';
import type { SwarmPorts } from './ports.ts';

/** Removes nodes whose host has come back as another one: same name, new disk. A down manager would count for the quorum. */
export async function removeReplaced({ docker }: SwarmPorts): Promise<string[]> {
  const nodes = await listNodes(docker);
  const gone = replacedOf(nodes);
  for (const { ID, Version, Spec } of gone) {
    if (Spec.Role === 'manager') {
      await docker.post(`/nodes/${ID}/update?version=${Version.Index}`, { ...Spec, Role: 'worker' });
    }
    await docker.remove(`/nodes/${ID}?force=true`);
  }
  return gone.map(({ ID, Description }) => `removed the old node ${ID} of ${Description.Hostname}`);
}

/** Nodes that are down while another one of the same name is up. */
export function replacedOf(nodes: readonly SwarmNode[]): SwarmNode[] {
  const isUp = ({ Status }: SwarmNode) => Status.State === 'ready';
  const up = new Set(nodes.filter(isUp).map(({ Description }) => Description.Hostname));
  return nodes.filter((node) => node.Status.State === 'down' && up.has(node.Description.Hostname));
}
