import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { joinSwarm } from './join.ts';
import { localSwarm, readRecord, type SwarmHost, type SwarmPorts, swapRecord } from './ports.ts';
import { publishSwarm } from './publish.ts';
import { ClusterRecord, clusterKey } from './records.ts';
import { removeReplaced } from './replaced.ts';
import { spreadServices } from './spread.ts';

/**
 * Brings this host into the one swarm of its etcd, from wherever an earlier run was cut off; a run that finds
 * everything done changes nothing. Throws `swarm_waiting` when another host has to do something first, and
 * `swarm_other` when this one is in a swarm that is not the published one.
 */
export async function formSwarm(ports: SwarmPorts, host: SwarmHost): Promise<string> {
  if (host.role === 'worker') return joinSwarm(ports, host, null);
  const { record } = await readRecord(ports, clusterKey, ClusterRecord);
  if (record?.id) {
    const joined = await joinSwarm(ports, host, record.id);
    return [joined, ...(await lead(ports, host))].join('; ');
  }
  await requireMaker(ports, host, record);
  await initialise(ports, host);
  await publishSwarm(ports, host);
  return 'made the swarm';
}

/** One host alone may make it: the one whose name stands in etcd. */
async function requireMaker(ports: SwarmPorts, host: SwarmHost, found: ClusterRecord | null): Promise<void> {
  const local = await localSwarm(ports);
  const isMine = found?.by === host.machineId;
  if (local.LocalNodeState !== 'inactive' && !isMine) {
    throw new InterlockError('swarm_other', { found: local.Cluster?.ID ?? local.NodeID, published: 'none' });
  }
  if (isMine) return;
  const won = found === null && (await swapRecord(ports, clusterKey, null, { by: host.machineId }));
  if (won) return;
  const { record } = await readRecord(ports, clusterKey, ClusterRecord);
  if (record?.by === host.machineId) return;
  throw new InterlockError('swarm_waiting', {
    problem: `the host with machine id ${record?.by} is making it`,
  });
}

/** A swarm that this host made before it was cut off is the one to publish. */
async function initialise(ports: SwarmPorts, { address }: SwarmHost): Promise<void> {
  const local = await localSwarm(ports);
  if (local.LocalNodeState === 'active' && local.ControlAvailable) return;
  if (local.LocalNodeState !== 'inactive') {
    throw new InterlockError('swarm_waiting', {
      problem: `Docker’s swarm is ${local.LocalNodeState} ${local.Error}`.trim(),
    });
  }
  await ports.docker.post('/swarm/init', {
    ListenAddr: '0.0.0.0:2377',
    ...(address ? { AdvertiseAddr: address } : {}),
  });
}

/** What the leader alone looks after. */
async function lead(ports: SwarmPorts, host: SwarmHost): Promise<string[]> {
  const isLeader = await publishSwarm(ports, host);
  if (!isLeader) return [];
  return [...(await removeReplaced(ports)), ...(await spreadServices(ports))];
}
