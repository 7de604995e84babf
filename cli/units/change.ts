import { setTimeout as sleep } from 'node:timers/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { labels } from '../../protocol/units/spec/labels.ts';
import type { ServiceSpec } from '../../protocol/units/spec/service-spec.ts';
import { describedBy, type ServiceUnit, serviceOf } from '../../protocol/units/text/names.ts';
import type { Docker } from '../../system/docker/docker.ts';
import { listServices, listTasks, type Service, updateService } from '../../system/docker/swarm.ts';
import { findSubmitted, requireTranslated } from './library.ts';
import { slotsOf } from './look.ts';

/** Starts units of one service: the service is made, or gets as many replicas more. */
export async function startUnits(
  docker: Docker,
  units: readonly [ServiceUnit, ...ServiceUnit[]],
): Promise<void> {
  const [unit] = units;
  if (unit.kind === 'template') throw noInstance(unit);
  const submitted = await findSubmitted(docker, unit);
  const spec = requireTranslated(submitted.text, unit, submitted.name);
  const service = await findService(docker, unit);
  if (unit.slot === undefined) {
    if (!service) await docker.post('/services/create', spec);
    return;
  }
  const have = service ? slotsOf(service, await listTasks(docker, [service])) : [];
  const wanted = [...new Set(units.map(({ slot = 0 }) => slot))].toSorted((a, b) => a - b);
  const added = wanted.filter((slot) => !have.includes(slot));
  requireNext(unit, have, added);
  if (added.length === 0) return;
  if (service) await updateService(docker, service, withReplicas(service.Spec, have.length + added.length));
  else await docker.post('/services/create', withReplicas(spec, added.length));
}

/** Stops units of one service, and says which ended: the last one takes the service with it. */
export async function stopUnits(
  docker: Docker,
  units: readonly [ServiceUnit, ...ServiceUnit[]],
): Promise<string[]> {
  const [unit] = units;
  const service = await findService(docker, unit);
  if (!service) return [];
  const slots = units.flatMap(({ slot }) => (slot === undefined ? [] : [slot]));
  const have = slotsOf(service, await listTasks(docker, [service]));
  const ends = have.filter((slot) => slots.includes(slot));
  const nameOf = (slot: number) => `${unit.prefix}@${slot}.service`;
  if (slots.length === 0 || ends.length === have.length) {
    await docker.remove(`/services/${service.ID}`);
    const numbered =
      service.Spec.Labels[labels.unit]?.includes('@.') && unit.slot === undefined && unit.kind === 'template';
    return slots.length > 0 || numbered ? have.map(nameOf) : [unit.name];
  }
  if (ends.length === 0) return [];
  await updateService(docker, service, withReplicas(service.Spec, have.length - ends.length));
  const left = await waitForSlots(docker, service, have.length - ends.length);
  return have.filter((slot) => !left.includes(slot)).map(nameOf);
}

/** Removes a unit’s text, after its service. An instance has no text of its own. */
export async function destroyUnit(docker: Docker, unit: ServiceUnit): Promise<void> {
  await stopUnits(docker, [unit]);
  if (unit.kind === 'instance') return;
  const { id, name } = await findSubmitted(docker, unit);
  const others = (await listServices(docker, `${labels.unit}=${name}`)).map(
    ({ Spec }) => Spec.Labels[labels.started],
  );
  if (others.length > 0) {
    throw new InterlockError('exists', {
      what: `${others.join(', ')} of ${name}`,
      how: `: interlock units destroy ${others.join(' ')}`,
    });
  }
  await docker.remove(`/configs/${id}`);
}

/** The service of a unit; one that somebody else made under its name is not ours to change. */
async function findService(docker: Docker, unit: ServiceUnit): Promise<Service | undefined> {
  const services = await listServices(docker, `${labels.unit}=${describedBy(unit)}`);
  return services.find(({ Spec }) => Spec.Name === serviceOf(unit));
}

/** Swarm gives out the lowest numbers that are free. */
function requireNext(unit: ServiceUnit, have: readonly number[], added: readonly number[]): void {
  const free = Array.from({ length: have.length + added.length }, (_, n) => n + 1).filter(
    (n) => !have.includes(n),
  );
  const missing = free.slice(0, added.length).filter((slot) => !added.includes(slot));
  if (missing.length === 0) return;
  const names = missing.map((slot) => `${unit.prefix}@${slot}`).join(' ');
  throw new InterlockError('usage', {
    problem: `instances are numbered from 1 without gaps; before ${unit.prefix}@${added.at(-1)} start ${names}`,
  });
}

function noInstance({ name, prefix }: ServiceUnit): InterlockError {
  return new InterlockError('usage', {
    problem: `${name} is a template; start its instances: interlock units start ${prefix}@1 ${prefix}@2`,
  });
}

function withReplicas(spec: ServiceSpec, replicas: number): ServiceSpec {
  return { ...spec, Mode: { Replicated: { Replicas: replicas } } };
}

async function waitForSlots(docker: Docker, service: Service, count: number): Promise<number[]> {
  for (let tries = 0; ; tries++) {
    const left = slotsOf(service, await listTasks(docker, [service]));
    if (left.length <= count || tries > 50) return left;
    await sleep(200);
  }
}
