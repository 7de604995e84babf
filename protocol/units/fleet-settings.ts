import type { ServiceSpec } from './spec/service-spec.ts';
import { type ServiceUnit, serviceOf } from './text/names.ts';
import { Refusal, splitWords } from './text/split-words.ts';

/** What the lines before have said: alternatives cannot be told apart from one line. */
interface Seen {
  metadata: Set<string>;
}

/** Keys of `[X-Fleet]` that place a service, and what they say for the documents. */
export const fleetKeys: Readonly<Record<string, string>> = {
  Global: 'one on every machine',
  Conflicts: 'with the unit’s own template or itself: at most one on a machine. Other units are refused',
  MachineMetadata: 'constraints on the labels of machines, all of which must hold; `!=` too',
};

/** Applies `[X-Fleet]` lines that services can have. */
export function placeBy(spec: ServiceSpec, unit: ServiceUnit, key: string, value: string, seen: Seen): void {
  if (key === 'Global') setGlobal(spec, unit, value);
  else if (key === 'Conflicts' || key === 'X-Conflicts') setConflicts(spec, unit, value);
  else if (key === 'MachineMetadata' || key === 'X-ConditionMachineMetadata') setMetadata(spec, value, seen);
  else throw new Refusal(`${key}= is no setting of [X-Fleet]`, Object.keys(fleetKeys).join(', '));
}

function setGlobal(spec: ServiceSpec, { kind, name }: ServiceUnit, value: string): void {
  if (/^(false|no|0|off)$/i.test(value)) return;
  if (!/^(true|yes|1|on)$/i.test(value))
    throw new Refusal(`Global=${value} is neither true nor false`, 'Global=true');
  if (kind !== 'plain') {
    throw new Refusal(
      `Global= in ${name}: it runs once on each machine and has no instances`,
      `${name.replace(/@.*/, '')}.service without @`,
    );
  }
  spec.Mode = { Global: {} };
}

function setConflicts(spec: ServiceSpec, unit: ServiceUnit, value: string): void {
  for (const pattern of value.split(/\s+/).filter(Boolean)) {
    if (!isOwn(pattern, unit)) {
      throw new Refusal(
        `Conflicts=${pattern} cannot be translated: services keep away from their own instances alone`,
        'MachineMetadata= with different values in the two units',
      );
    }
    if (unit.kind === 'instance' && unit.slot === undefined) {
      throw new Refusal(
        `Conflicts=${pattern} holds for numbered instances: ${serviceOf(unit)} is a service of its own`,
        `${unit.prefix}@1.service`,
      );
    }
    spec.TaskTemplate.Placement.MaxReplicas = 1;
  }
}

/** Whether a pattern of unit names means the unit's own instances and nothing else. */
function isOwn(pattern: string, { prefix, kind }: ServiceUnit): boolean {
  const stem = pattern.replace(/\.service$/, '');
  return kind === 'plain' ? stem === prefix : stem === `${prefix}@*` || stem === `${prefix}@`;
}

function setMetadata(spec: ServiceSpec, value: string, { metadata }: Seen): void {
  for (const word of splitWords(value)) {
    const [, key, operator = '', wanted] = /^([\w.-]+)(!=|=)([\w .-]+)$/.exec(word) ?? [];
    if (key === undefined || wanted === undefined) {
      throw new Refusal(
        `MachineMetadata=${word} cannot be translated: labels are equal or not`,
        'MachineMetadata=region=eu',
      );
    }
    if (operator === '=' && metadata.has(key)) {
      throw new Refusal(
        `MachineMetadata=${word}: a second value for ${key} means “either”, and all constraints of a service must hold`,
        'one label that the machines of both have',
      );
    }
    if (operator === '=') metadata.add(key);
    const constraint = `node.labels.${key}${operator === '=' ? '==' : '!='}${wanted}`;
    spec.TaskTemplate.Placement.Constraints.push(constraint);
  }
}
