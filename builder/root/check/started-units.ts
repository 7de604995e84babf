import { templateOf } from '../../../protocol/text/unit-name.ts';
import type { ReadUnit, Units } from './read-unit.ts';

/** What systemd starts without being asked; targets bring what their folders list. */
const roots = ['default.target', 'sysinit.target', 'basic.target', 'multi-user.target'];
const pulling = ['Wants', 'Requires', 'BindsTo', 'Requisite', 'Upholds'].map((key) => `Unit.${key}`);

/** Finds the units that a boot starts, and those that their sockets, timers and paths start; masked ones too, by name. */
export async function startedUnits(units: Units, named: readonly string[]): Promise<Map<string, ReadUnit>> {
  const found = new Map<string, ReadUnit>();
  const met = new Set<string>();
  const todo = [...roots, ...named];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (met.has(name)) continue;
    met.add(name);
    const unit = await units.read(name);
    if (!unit) continue;
    found.set(name, unit);
    if (unit.isMasked) continue;
    const wanted = pulling
      .flatMap((key) => unit.values.get(key) ?? [])
      .flatMap((value) => value.split(/\s+/));
    if (unit.fileName !== templateOf(name)) todo.push(unit.fileName);
    todo.push(...units.listedUnder(name), ...wanted.map((word) => fill(word, name)), ...activated(unit));
  }
  return found;
}

/** The service of a socket without `Accept=`, and the unit of a timer or path. */
function activated({ name, values }: ReadUnit): string[] {
  const [, stem = '', type = ''] = /^(.*)\.(socket|timer|path)$/.exec(name) ?? [];
  if (type === '') return [];
  const last = (key: string) => values.get(key)?.at(-1);
  if (type === 'socket') {
    const isPerConnection = /^(yes|true|on|1)$/i.test(last('Socket.Accept') ?? 'no');
    return isPerConnection ? [`${stem}@.service`] : [last('Socket.Service') ?? `${stem}.service`];
  }
  return [last(type === 'timer' ? 'Timer.Unit' : 'Path.Unit') ?? `${stem}.service`];
}

/** The instance in place of `%i`; words with other specifiers name no unit that is looked for here. */
function fill(word: string, name: string): string {
  const instance = /@(.*)\.\w+$/.exec(name)?.[1] ?? '';
  return word.replace(/%[iI]/g, () => instance);
}
