import type { Static, TSchema } from 'typebox';
import { parseJson } from '../../protocol/schema/schema.ts';
import type { Docker } from '../../system/docker/docker.ts';
import type { Etcd, Stored } from '../../system/etcd/etcd.ts';

/** What forming a swarm talks to. */
export interface SwarmPorts {
  docker: Docker;
  etcd: Pick<Etcd, 'read' | 'swap'>;
}

/** This host, as forming goes by it. */
export interface SwarmHost {
  machineId: string;
  role: 'manager' | 'worker';
  /** How other machines reach it; undefined: Docker finds out, if there is only one way. */
  address?: string;
  /** Machines that the swarm is to have before its tokens are replaced. */
  size: number;
}

/** `docker info`, as much as concerns the swarm. */
export interface LocalSwarm {
  LocalNodeState: 'inactive' | 'pending' | 'active' | 'error' | 'locked';
  ControlAvailable: boolean;
  NodeID: string;
  Error: string;
  Cluster?: { ID: string } | null;
  RemoteManagers?: { Addr: string }[] | null;
}

/** What this machine's Docker says of its swarm. */
export async function localSwarm({ docker }: Pick<SwarmPorts, 'docker'>): Promise<LocalSwarm> {
  return (await docker.get<{ Swarm: LocalSwarm }>('/info')).Swarm;
}

/** A record in etcd, and what a swap of it has to name. */
export async function readRecord<T extends TSchema>(
  { etcd }: SwarmPorts,
  key: string,
  schema: T,
): Promise<{ stored: Stored | null; record: Static<T> | null }> {
  const { found } = await etcd.read(key);
  const record = found ? parseJson(schema, Buffer.from(found.text), key) : null;
  return { stored: found, record };
}

/** Writes a record over exactly what was read; false when somebody else was faster. */
export async function swapRecord(
  { etcd }: SwarmPorts,
  key: string,
  stored: Stored | null,
  record: object,
): Promise<boolean> {
  return (await etcd.swap(key, stored, JSON.stringify(record))).won;
}
