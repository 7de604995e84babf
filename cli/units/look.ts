import { labels } from '../../protocol/units/spec/labels.ts';
import type { Docker } from '../../system/docker/docker.ts';
import {
  currentTasks,
  listNodes,
  listServices,
  listTasks,
  type Service,
  type SwarmNode,
  type Task,
} from '../../system/docker/swarm.ts';
import { listSubmitted } from './library.ts';

/** One line of `list-units`: an instance, or a unit that was submitted and does not run. */
export interface UnitRow {
  unit: string;
  /** Name of the machine. */
  machine: string | null;
  address: string | null;
  active: 'active' | 'activating' | 'inactive' | 'failed';
  /** Swarm’s word for it. */
  sub: string;
  since: string | null;
  problem: string | null;
  image: string | null;
  description: string | null;
  service: string | null;
  task: string | null;
}

const states: Readonly<Record<string, UnitRow['active']>> = {
  running: 'active',
  failed: 'failed',
  rejected: 'failed',
  orphaned: 'failed',
  complete: 'inactive',
  shutdown: 'inactive',
  remove: 'inactive',
};

/** All units: what runs where, and what waits. */
export async function lookAtUnits(docker: Docker): Promise<UnitRow[]> {
  const [submitted, services, nodes] = await Promise.all([
    listSubmitted(docker),
    listServices(docker, labels.unit),
    listNodes(docker),
  ]);
  const tasks = currentTasks(await listTasks(docker, services));
  const running = services.flatMap((service) => rowsOf(service, tasks, nodes));
  const names = new Set(services.map(({ Spec }) => Spec.Labels[labels.unit]));
  const waiting = submitted.filter(({ name }) => !names.has(name)).map(({ name }) => waitingRow(name));
  return [...running, ...waiting].toSorted((a, b) => a.unit.localeCompare(b.unit, 'en', { numeric: true }));
}

/** Numbers of the instances that a service has, and the tasks that are them. */
export function slotsOf(service: Service, tasks: readonly Task[]): number[] {
  return currentTasks(tasks)
    .filter(
      ({ ServiceID, DesiredState }) =>
        ServiceID === service.ID && ['running', 'ready'].includes(DesiredState),
    )
    .flatMap(({ Slot }) => (Slot === undefined ? [] : [Slot]))
    .toSorted((a, b) => a - b);
}

function rowsOf(service: Service, tasks: readonly Task[], nodes: readonly SwarmNode[]): UnitRow[] {
  const own = tasks.filter(({ ServiceID }) => ServiceID === service.ID);
  // beside what runs, what ended in a place that is no longer wanted is history
  const live = own.filter(({ DesiredState }) => ['running', 'ready'].includes(DesiredState));
  const shown = live.length > 0 ? live : own;
  const { Labels, TaskTemplate } = service.Spec;
  const template = Labels[labels.unit] ?? service.Spec.Name;
  const started = Labels[labels.started] ?? template;
  const facts = {
    image: TaskTemplate.ContainerSpec.Image,
    description: Labels['interlock.description'] ?? null,
    service: service.ID,
  };
  if (shown.length === 0) {
    return [{ ...waitingRow(started), ...facts, active: 'activating', sub: 'new' }];
  }
  return shown.map((task) => {
    const node = nodes.find(({ ID }) => ID === task.NodeID);
    const { State, Err, Message, Timestamp } = task.Status;
    const active = states[State] ?? 'activating';
    return {
      unit: nameOf(template, started, task),
      machine: node?.Description.Hostname ?? null,
      address: node?.Status.Addr ?? null,
      active,
      sub: State,
      since: Timestamp ?? null,
      problem: Err || (active === 'failed' ? (Message ?? null) : null),
      ...facts,
      task: task.ID,
    };
  });
}

/** Instances of a template by number have the number of their place. */
function nameOf(template: string, started: string, { Slot }: Task): string {
  const isNumbered = template.includes('@.') && /@\d*\.service$/.test(started);
  return isNumbered ? template.replace('@.', `@${Slot ?? ''}.`) : started;
}

function waitingRow(unit: string): UnitRow {
  return {
    ...{ unit, machine: null, address: null, active: 'inactive', sub: 'dead', since: null },
    ...{ problem: null, image: null, description: null, service: null, task: null },
  };
}
