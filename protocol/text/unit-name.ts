import { suggest } from './suggest.ts';

/** Every unit type of systemd, by the suffix of its name. */
const types = [
  'service',
  'socket',
  'target',
  'timer',
  'path',
  'mount',
  'automount',
  'swap',
  'slice',
  'device',
  'scope',
] as const;
type UnitType = (typeof types)[number];

/** Units that no file describes, with the reason why nothing can enable them. */
const unenabled: ReadonlyMap<string, string> = new Map([
  ['device', 'the kernel and udev make device units'],
  ['scope', 'programs make scope units at run time'],
]);

/** Types whose units may have other names, and whose templates may have instances (systemd.unit(5)). */
const namedTwice: ReadonlySet<string> = new Set(['service', 'socket', 'target', 'timer', 'path', 'device']);
const templated: ReadonlySet<string> = new Set(['service', 'socket', 'target', 'timer', 'path']);

/** Bytes of the longest unit name. */
export const maxUnitName = 255;

/** A unit name taken apart: `getty@tty1.service` is the instance `tty1` of `getty@.service`. */
export interface UnitName {
  prefix: string;
  kind: 'plain' | 'template' | 'instance';
  instance: string;
  type: UnitType;
}

/** Takes a unit name apart as systemd does; nothing when it is none. */
export function parseUnitName(name: string): UnitName | undefined {
  const [, stem = '', suffix = ''] = /^([A-Za-z0-9:_.@\\-]+)\.([a-z]+)$/.exec(name) ?? [];
  const type = types.find((known) => known === suffix);
  const at = stem.indexOf('@');
  if (!type || stem === '' || at === 0 || name.length > maxUnitName) return undefined;
  if (at === -1) return { prefix: stem, kind: 'plain', instance: '', type };
  const instance = stem.slice(at + 1);
  return { prefix: stem.slice(0, at), kind: instance === '' ? 'template' : 'instance', instance, type };
}

/** Whether units of a type may have aliases. */
export function mayAlias(type: string): boolean {
  return namedTwice.has(type);
}

/** Whether units of a type may be templates. */
export function mayTemplate(type: string): boolean {
  return templated.has(type);
}

/** The template's name of an instance; any other name as it is. */
export function templateOf(name: string): string {
  const parsed = parseUnitName(name);
  return parsed?.kind === 'instance' ? `${parsed.prefix}@.${parsed.type}` : name;
}

/** A template's or an instance's name with another instance. */
export function withInstance(name: string, instance: string): string {
  const { prefix = '', type = '' } = parseUnitName(name) ?? {};
  return `${prefix}@${instance}.${type}`;
}

/** Why a word cannot stand among `units`, or among `mask`, of an image.toml; nothing when it can. */
export function unitNameProblem(name: string, use: 'units' | 'mask'): string | undefined {
  const parsed = parseUnitName(name);
  if (!parsed) return `${name} is not a unit name: ${wrongName(name)}`;
  if (parsed.kind !== 'plain' && !mayTemplate(parsed.type)) {
    return `${name} is not a unit name: a ${parsed.type} unit has no instances, so no @`;
  }
  const reason = use === 'units' ? unenabled.get(parsed.type) : undefined;
  return reason && `${name} cannot be enabled: ${reason}`;
}

function wrongName(name: string): string {
  if (name.includes('/')) return 'name the unit, not its path';
  if (name.length > maxUnitName) return `it is longer than ${maxUnitName} characters`;
  const wrong = /[^A-Za-z0-9:_.@\\-]/u.exec(name)?.[0];
  if (wrong !== undefined)
    return `${JSON.stringify(wrong)} cannot stand in it; systemd-escape(1) writes such names`;
  const suffix = /\.([^.]*)$/.exec(name)?.[1];
  if (suffix === undefined || suffix === '') return 'it ends with no type, such as .service';
  if (!types.some((type) => type === suffix)) {
    const meant = suggest(suffix, types);
    return `systemd has no units of type .${suffix}${meant ? `; did you mean .${meant}?` : ''}`;
  }
  return 'nothing stands before the @ or the type';
}
