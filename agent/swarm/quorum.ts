import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { listNodes, type SwarmNode } from '../../system/docker/swarm.ts';
import { localSwarm, type SwarmPorts } from './ports.ts';

/** Throws `swarm_quorum` when this host is a manager without whom the others could decide nothing. */
export async function requireSwarmQuorum(ports: Pick<SwarmPorts, 'docker'>): Promise<string> {
  const { LocalNodeState, ControlAvailable, NodeID } = await localSwarm(ports);
  if (LocalNodeState !== 'active' || !ControlAvailable) return 'is no manager';
  const { reachable, managers } = quorumWithout(await listNodes(ports.docker), NodeID);
  if (managers === 1 || reachable * 2 > managers) return `${reachable} other managers of ${managers} stay`;
  throw new InterlockError('swarm_quorum', { reachable, managers });
}

/** How many managers there are, and how many others of them answer. */
export function quorumWithout(
  nodes: readonly SwarmNode[],
  own: string,
): { managers: number; reachable: number } {
  const managers = nodes.filter(({ ManagerStatus }) => ManagerStatus);
  const others = managers.filter(({ ID }) => ID !== own);
  const reachable = others.filter(({ ManagerStatus }) => ManagerStatus?.Reachability === 'reachable').length;
  return { managers: managers.length, reachable };
}
