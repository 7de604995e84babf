import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { listNodes, type SwarmNode } from '../../system/docker/swarm.ts';
import { localSwarm, readRecord, type SwarmHost, type SwarmPorts, swapRecord } from './ports.ts';
import { ClusterRecord, clusterKey, JoinRecord, joinKeys } from './records.ts';

/** The swarm as its managers see it. */
interface Swarm {
  ID: string;
  Version: { Index: number };
  Spec: object;
  JoinTokens: { Worker: string; Manager: string };
}

/**
 * Writes to etcd what lets hosts in, if this manager leads; returns whether it does. The cluster’s id comes last: until it stands
 * there, the same host begins again. Once the swarm has its size, the tokens of the beginning end.
 */
export async function publishSwarm(ports: SwarmPorts, host: SwarmHost): Promise<boolean> {
  const { NodeID, ControlAvailable } = await localSwarm(ports);
  if (!ControlAvailable) return false;
  const nodes = await listNodes(ports.docker);
  if (!nodes.find(({ ID }) => ID === NodeID)?.ManagerStatus?.Leader) return false;
  const { stored, record } = await readRecord(ports, clusterKey, ClusterRecord);
  const before = await ports.docker.get<Swarm>('/swarm');
  if (record?.id && record.id !== before.ID) {
    throw new InterlockError('swarm_other', { found: before.ID, published: record.id });
  }
  const isWhole = nodes.filter(isReady).length >= host.size;
  const rotates = isWhole && !record?.rotated;
  const swarm = rotates ? await rotate(ports, before) : before;
  await publishTokens(ports, swarm, nodes);
  const wanted = {
    by: record?.by ?? host.machineId,
    id: swarm.ID,
    ...(record?.rotated || rotates ? { rotated: true } : {}),
  };
  if (JSON.stringify(record) !== JSON.stringify(wanted)) await swapRecord(ports, clusterKey, stored, wanted);
  return true;
}

async function rotate({ docker }: SwarmPorts, { Version, Spec }: Swarm): Promise<Swarm> {
  const query = `version=${Version.Index}&rotateWorkerToken=true&rotateManagerToken=true`;
  await docker.post(`/swarm/update?${query}`, Spec);
  return docker.get<Swarm>('/swarm');
}

async function publishTokens(
  ports: SwarmPorts,
  { JoinTokens }: Swarm,
  nodes: readonly SwarmNode[],
): Promise<void> {
  const managers = nodes.flatMap(({ ManagerStatus }) => ManagerStatus?.Addr ?? []).toSorted();
  for (const [role, token] of [
    ['worker', JoinTokens.Worker],
    ['manager', JoinTokens.Manager],
  ] as const) {
    const { stored, record } = await readRecord(ports, joinKeys[role], JoinRecord);
    const wanted = { token, managers };
    // another leader may be faster: the next run compares again
    if (JSON.stringify(record) !== JSON.stringify(wanted))
      await swapRecord(ports, joinKeys[role], stored, wanted);
  }
}

function isReady({ Status }: SwarmNode): boolean {
  return Status.State === 'ready';
}
