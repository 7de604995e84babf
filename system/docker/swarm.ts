import type { ServiceSpec } from '../../protocol/units/spec/service-spec.ts';
import { type Docker, filterBy } from './docker.ts';

/** A service as swarm has it; fields that we never read are there too, and are sent back as they came. */
export interface Service {
  ID: string;
  Version: { Index: number };
  Spec: ServiceSpec;
}

/** One container that swarm starts, or once started, for a service. */
export interface Task {
  ID: string;
  ServiceID: string;
  NodeID?: string;
  /** Absent for one of a global service. */
  Slot?: number;
  CreatedAt: string;
  DesiredState: string;
  Status: { State: string; Timestamp?: string; Message?: string; Err?: string };
  Spec: { ContainerSpec?: { Image: string } };
}

/** A machine of the swarm. */
export interface SwarmNode {
  ID: string;
  Version: { Index: number };
  Spec: {
    Role: 'worker' | 'manager';
    Availability: 'active' | 'pause' | 'drain';
    Labels?: Record<string, string>;
  };
  Description: { Hostname: string; Engine?: { EngineVersion?: string } };
  Status: { State: string; Addr: string; Message?: string };
  ManagerStatus?: { Leader?: boolean; Reachability: string; Addr: string };
}

/** A text that swarm keeps. */
export interface Config {
  ID: string;
  Spec: { Name: string; Labels: Record<string, string>; Data: string };
}

/** Services with a label. */
export function listServices(docker: Docker, label: string): Promise<Service[]> {
  return docker.get(`/services?${filterBy({ label: [label] })}`);
}

/** Every task of some services, ended ones too. */
export async function listTasks(docker: Docker, services: readonly Service[]): Promise<Task[]> {
  if (services.length === 0) return [];
  return docker.get(`/tasks?${filterBy({ service: services.map(({ ID }) => ID) })}`);
}

/** The machines of the swarm. */
export function listNodes(docker: Docker): Promise<SwarmNode[]> {
  return docker.get('/nodes');
}

/** Texts with a label. */
export function listConfigs(docker: Docker, label: string): Promise<Config[]> {
  return docker.get(`/configs?${filterBy({ label: [label] })}`);
}

/** Replaces what swarm knows of a service; refused when it has changed since it was read. */
export async function updateService(
  docker: Docker,
  { ID, Version }: Service,
  spec: ServiceSpec,
): Promise<void> {
  await docker.post(`/services/${ID}/update?version=${Version.Index}`, spec);
}

/** Of all that once ran in a place (a slot, or a machine of a global service), the one that counts now. */
export function currentTasks(tasks: readonly Task[]): Task[] {
  const places = Map.groupBy(tasks, ({ ServiceID, Slot, NodeID }) => `${ServiceID} ${Slot ?? NodeID}`);
  return [...places.values()].flatMap((inPlace) => {
    const sorted = inPlace.toSorted((a, b) => b.CreatedAt.localeCompare(a.CreatedAt));
    const wanted = sorted.find(({ DesiredState }) => ['running', 'ready'].includes(DesiredState));
    // what shall not run any more counts only while the service has nothing else there
    const newest =
      wanted ?? sorted.find(({ DesiredState }) => DesiredState === 'complete' || DesiredState === 'shutdown');
    return newest ? [newest] : [];
  });
}
