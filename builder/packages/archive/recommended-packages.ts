import { run } from '../../../system/process/run.ts';
import { parsePackageName } from '../../definition/package-name.ts';
import { controlField } from '../control/control-field.ts';
import { stanzasOf } from '../control/read-controls.ts';
import { aptEnvironment } from '../network/apt-network.ts';

/**
 * What these packages recommend and nothing chosen is or provides: of alternatives the first that there is, as apt takes
 * it; what no repository has is left out. `chosen` are apt's `--print-uris` lines.
 */
export async function recommendedPackages(
  config: string,
  recommends: readonly string[],
  chosen: string,
): Promise<string[]> {
  if (recommends.length === 0) return [];
  const show = async (names: readonly string[]) =>
    stanzasOf(
      await run('apt-cache', ['show', '--no-all-versions', ...names], { env: aptEnvironment(config) }),
    );
  const locked = [...chosen.matchAll(/^'[^']+' ([^\s_]+)_([^\s_]+)_\S+ /gm)].map(
    ([, name = '', version = '']) => {
      return `${name}=${decodeURIComponent(version)}`;
    },
  );
  const controls = await show(locked);
  const here = new Set(controls.flatMap(namesOf));
  const asking = new Set(recommends.map((spec) => parsePackageName(spec).name));
  const groups = controls
    .filter((control) => asking.has(controlField(control, 'Package')))
    .flatMap((control) => alternatives(controlField(control, 'Recommends')))
    .filter((names) => !names.some((name) => here.has(name)));
  const known = new Set((await run('apt-cache', ['pkgnames'], { env: aptEnvironment(config) })).split('\n'));
  const found = groups.flatMap((names) => names.find((name) => known.has(name)) ?? []);
  return [...new Set(found)];
}

function namesOf(control: string): string[] {
  return [controlField(control, 'Package'), ...alternatives(controlField(control, 'Provides')).flat()];
}

/** The names in a field of dependencies, without versions and architectures. */
function alternatives(field: string): string[][] {
  return field
    .split(',')
    .map((group) => group.split('|').map((each) => each.trim().split(/[\s(:[]/)[0] ?? ''))
    .filter(([name]) => name);
}
