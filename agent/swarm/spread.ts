import { setTimeout as sleep } from 'node:timers/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Docker } from '../../system/docker/docker.ts';
import {
  listNodes,
  type Service,
  type SwarmNode,
  type Task,
  updateService,
} from '../../system/docker/swarm.ts';
import type { SwarmPorts } from './ports.ts';

/** On a service: the machines that were there when it was last spread, so that what cannot be spread is not tried again. */
const spreadLabel = 'interlock.spread';
const pauseMs = 1000;
/** How long one service may take to move; swarm itself stops at the first task that fails. */
const patienceMs = 10 * 60_000;

interface Updated extends Service {
  UpdateStatus?: { State?: string; Message?: string };
}

/**
 * Starts the containers of crowded services again, one after the other, so that swarm places them on machines that came back:
 * it moves nothing by itself. Throws `docker_refused` when one fails, and the others stay where they are.
 */
export async function spreadServices({ docker }: Pick<SwarmPorts, 'docker'>): Promise<string[]> {
  const done: string[] = [];
  for (const { ID } of await docker.get<Service[]>('/services')) {
    const nodes = await listNodes(docker);
    const service = await docker.get<Updated>(`/services/${ID}`);
    const tasks = await docker.get<Task[]>(
      `/tasks?filters=${encodeURIComponent(JSON.stringify({ service: [ID], 'desired-state': ['running'] }))}`,
    );
    const here = machinesOf(nodes);
    if (!isCrowded(service, tasks, nodes) || service.Spec.Labels[spreadLabel] === here) continue;
    await spreadOne(docker, service, here);
    done.push(`spread ${service.Spec.Name}`);
  }
  return done;
}

/** Whether one machine has two containers more of a service than another that could take one. */
export function isCrowded({ Spec }: Service, tasks: readonly Task[], nodes: readonly SwarmNode[]): boolean {
  if (!('Replicated' in Spec.Mode)) return false;
  const able = nodes.filter(
    (node) => isActive(node) && fits(node, Spec.TaskTemplate.Placement?.Constraints ?? []),
  );
  const counts = able.map(({ ID }) => tasks.filter(({ NodeID }) => NodeID === ID).length);
  return able.length > 1 && Math.max(...counts) - Math.min(...counts) >= 2;
}

function isActive({ Status, Spec }: SwarmNode): boolean {
  return Status.State === 'ready' && Spec.Availability === 'active';
}

/** By labels alone; another constraint might keep the machine out, so it counts as one that does. */
function fits({ Spec }: SwarmNode, constraints: readonly string[]): boolean {
  return constraints.every((constraint) => {
    const [, key, operator, value] = /^node\.labels\.([^\s=!]+)\s*(==|!=)\s*(.*)$/.exec(constraint) ?? [];
    if (key === undefined) return false;
    return (Spec.Labels?.[key] === value) === (operator === '==');
  });
}

function machinesOf(nodes: readonly SwarmNode[]): string {
  return nodes
    .filter(isActive)
    .map(({ ID }) => ID.slice(0, 12))
    .toSorted()
    .join(',');
}

async function spreadOne(docker: Docker, service: Service, here: string): Promise<void> {
  const { Spec } = service;
  const ForceUpdate = (Spec.TaskTemplate.ForceUpdate ?? 0) + 1;
  await updateService(docker, service, {
    ...Spec,
    Labels: { ...Spec.Labels, [spreadLabel]: here },
    TaskTemplate: { ...Spec.TaskTemplate, ForceUpdate },
    UpdateConfig: { ...Spec.UpdateConfig, Parallelism: 1 },
  });
  for (const start = Date.now(); ; await sleep(pauseMs)) {
    const { UpdateStatus } = await docker.get<Updated>(`/services/${service.ID}`);
    if (UpdateStatus?.State === 'completed') return;
    const isStuck = Date.now() - start > patienceMs;
    if (!isStuck && (!UpdateStatus?.State || UpdateStatus.State === 'updating')) continue;
    const problem = `${Spec.Name} could not be spread: ${UpdateStatus?.Message ?? 'it takes too long'}`;
    throw new InterlockError('docker_refused', { host: docker.host, problem });
  }
}
