import { controlField } from '../control/control-field.ts';

/**
 * The packages of a set that neither a requested nor an essential package needs, by name. `controls` are their control
 * files (Debian policy, chapter 5); every alternative and every provider in the set counts as needed.
 */
export function unneededPackages(controls: readonly string[], asked: readonly string[]): string[] {
  const packages = controls.map((control) => ({
    name: controlField(control, 'Package'),
    isEssential: controlField(control, 'Essential') === 'yes',
    provides: namesIn(controlField(control, 'Provides')),
    depends: namesIn(`${controlField(control, 'Pre-Depends')}, ${controlField(control, 'Depends')}`),
  }));
  const meant = new Map<string, typeof packages>();
  for (const each of packages) {
    for (const name of [each.name, ...each.provides]) meant.set(name, [...(meant.get(name) ?? []), each]);
  }
  const reached = new Set(packages.filter(({ isEssential }) => isEssential));
  for (const each of asked.flatMap((name) => meant.get(name) ?? [])) reached.add(each);
  for (const { depends } of reached) {
    for (const each of depends.flatMap((needed) => meant.get(needed) ?? [])) reached.add(each);
  }
  return packages.filter((each) => !reached.has(each)).map(({ name }) => name);
}

/** Names in a relationship field, without versions and architectures. */
function namesIn(field: string): string[] {
  return field.split(/[,|]/).flatMap((each) => /^\s*([a-z0-9][a-z0-9.+-]+)/.exec(each)?.[1] ?? []);
}
