import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type LocalSwarm, localSwarm, readRecord, type SwarmHost, type SwarmPorts } from './ports.ts';
import { JoinRecord, joinKeys } from './records.ts';

/** Joins the published swarm, or finds that this host is in it. `cluster`: its id, which workers are not told. */
export async function joinSwarm(ports: SwarmPorts, host: SwarmHost, cluster: string | null): Promise<string> {
  const local = await localSwarm(ports);
  if (local.LocalNodeState === 'active') {
    requireSame(local, cluster);
    return local.ControlAvailable ? 'is a manager of the swarm' : 'is a worker of the swarm';
  }
  if (local.LocalNodeState === 'error' && isExpired(local)) {
    // its node is down for the others, and goes once this host has joined anew
    await ports.docker.post('/swarm/leave?force=true');
  } else if (local.LocalNodeState !== 'inactive') {
    const problem = `Docker’s swarm is ${local.LocalNodeState}: ${local.Error || 'it has not found the others yet'}`;
    throw new InterlockError('swarm_waiting', { problem });
  }
  const { record } = await readRecord(ports, joinKeys[host.role], JoinRecord);
  if (!record) throw new InterlockError('swarm_waiting', { problem: 'no host has made it yet' });
  await ports.docker.post('/swarm/join', {
    ListenAddr: '0.0.0.0:2377',
    ...(host.address ? { AdvertiseAddr: host.address } : {}),
    RemoteAddrs: record.managers,
    JoinToken: record.token,
  });
  return `joined the swarm as a ${host.role}`;
}

function requireSame({ ControlAvailable, Cluster }: LocalSwarm, cluster: string | null): void {
  if (!ControlAvailable || !Cluster || cluster === null || Cluster.ID === cluster) return;
  throw new InterlockError('swarm_other', { found: Cluster.ID, published: cluster });
}

/** Docker’s words for a host that was off for longer than its certificate holds. */
function isExpired({ Error: problem }: LocalSwarm): boolean {
  return /certificates? (have|has) expired|certificate has expired|not valid after/i.test(problem);
}
