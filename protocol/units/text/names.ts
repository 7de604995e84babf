import { parseUnitName } from '../../text/unit-name.ts';
import { Refusal } from './split-words.ts';

/** A unit as a command names it: `myapp`, `myapp.service`, `myapp@.service`, `myapp@2`, `myapp@blue.service`. */
export interface ServiceUnit {
  /** With its suffix. */
  name: string;
  prefix: string;
  kind: 'plain' | 'template' | 'instance';
  instance: string;
  /** The instance, when it is a number: one of the replicas of the template’s service. */
  slot?: number;
}

/** Most instances that a template is started with: a mistyped number shall not fill the cluster. */
const maxSlot = 9999;
const serviceName = /^[A-Za-z0-9](?:[-_]*[A-Za-z0-9]+)*$/;

/** Takes a name apart; the suffix can be left out. Throws a `Refusal` for what swarm cannot call a service. */
export function parseServiceUnit(given: string): ServiceUnit {
  const name = given.endsWith('.service') ? given : `${given}.service`;
  const parsed = parseUnitName(name);
  if (parsed?.type !== 'service') throw new Refusal(`${given} is not the name of a service`, 'myapp.service');
  const { prefix, kind, instance } = parsed;
  const isNumber = /^[1-9]\d*$/.test(instance);
  if (isNumber && Number(instance) > maxSlot) {
    throw new Refusal(`${given}: instances go up to ${maxSlot}`, `${prefix}@1.service`);
  }
  const unit: ServiceUnit = {
    name,
    prefix,
    kind,
    instance,
    ...(isNumber ? { slot: Number(instance) } : {}),
  };
  const service = serviceOf(unit);
  if (!serviceName.test(service) || service.length > 63) {
    throw new Refusal(
      `swarm takes no service of the name ${service}: letters, digits, - and _, at most 63`,
      'myapp.service',
    );
  }
  return unit;
}

/** The swarm service that runs a unit: numbered instances are replicas of one, others have one each. */
export function serviceOf({ prefix, kind, instance, slot }: ServiceUnit): string {
  return kind === 'instance' && slot === undefined ? `${prefix}-${instance}` : prefix;
}

/** The unit whose text describes this one: an instance has none of its own. */
export function describedBy({ name, prefix, kind }: ServiceUnit): string {
  return kind === 'instance' ? `${prefix}@.service` : name;
}
