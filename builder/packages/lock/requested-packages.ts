import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { Definition } from '../../definition/definition.ts';
import { parsePackageName } from '../../definition/package-name.ts';
import { placeOf } from '../../definition/place-of.ts';
import { controlField } from '../control/control-field.ts';
import { requiredPackages } from './required-packages.ts';

/**
 * Finds the chosen package for each spec of a definition: the one of that name or the only one that provides it.
 * `controls` are the stanzas of the chosen packages. Throws `package_unknown` for a spec that apt read as something else
 * (`tool+` as `tool`).
 */
export function requestedPackages(
  definition: Definition,
  arch: Arch,
  controls: readonly string[],
): Record<string, string> {
  const names = new Set(controls.map((control) => controlField(control, 'Package')));
  const providers = (name: string) =>
    controls
      .filter((control) => provided(control).includes(name))
      .map((control) => controlField(control, 'Package'));
  const found = requiredPackages(definition, arch).map((spec) => {
    const { name } = parsePackageName(spec);
    const provider = names.has(name) ? name : providers(name)[0];
    if (provider !== undefined) return [spec, provider];
    throw packageUnknown(definition, name);
  });
  return Object.fromEntries(found);
}

/** The error for a package that no repository has, with the name that was probably meant. */
export function packageUnknown(definition: Definition, name: string, near?: string): InterlockError {
  const { packages, recommends, kernel, suite, arch } = definition;
  const means = (spec: string) => [name, `${name}+`].includes(parsePackageName(spec).name);
  const spec = [...packages, ...recommends].find(means) ?? name;
  const key = packages.includes(spec) ? 'packages' : means(kernel) ? 'kernel' : 'recommends';
  const place = key === 'kernel' ? placeOf(definition, ['kernel']) : placeOf(definition, [key], spec);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  const wanted = parsePackageName(spec).name;
  return new InterlockError('package_unknown', { ...place, package: wanted, suite, arch, hint });
}

/** The error for a virtual package, with the packages that provide it: apt chooses none. */
export function virtualPackage(
  definition: Definition,
  name: string,
  providers: readonly string[],
): InterlockError {
  const problem = `${name} is a virtual package; name one that provides it: ${providers.join(', ')}`;
  return new InterlockError('definition_invalid', { ...placeOf(definition, ['packages'], name), problem });
}

/** The packages under “Reverse Provides” of `apt-cache showpkg`. */
export function providersIn(text: string): string[] {
  const list = text.split('Reverse Provides: ')[1] ?? '';
  const names = list.split('\n').flatMap((line) => /^(\S+) \S+ \(= /.exec(line)?.[1] ?? []);
  return [...new Set(names)].toSorted();
}

function provided(control: string): string[] {
  return controlField(control, 'Provides')
    .split(',')
    .map((each) => each.trim().split(/[\s(:]/)[0] ?? '');
}
