import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../../../system/process/run.ts';
import type { Definition } from '../../definition/definition.ts';
import { parsePackageName } from '../../definition/package-name.ts';
import { controlField } from '../control/control-field.ts';
import { aptEnvironment } from '../network/apt-network.ts';

/** Above every other priority: such a version is taken even where it is the older one. */
const first = 1001;

/**
 * Writes apt_preferences(5): packages of folders come first, and a spec for a version holds for all packages of the same
 * source, which often need each other in that version. A spec for a suite is apt's own: it takes along what must come from there.
 */
export async function writePins(
  config: string,
  { repositories }: Pick<Definition, 'repositories'>,
  specs: readonly string[],
): Promise<void> {
  const pins: string[] = [];
  if (repositories.some(({ kind }) => kind === 'folder')) pins.push(pin('*', 'origin ""'));
  for (const spec of specs) {
    const { name, version } = parsePackageName(spec);
    if (version === undefined) continue;
    const show = ['show', '--no-all-versions', spec];
    // an unknown version is reported by the solver, with the versions there are
    const shown = await run('apt-cache', show, { env: aptEnvironment(config) }).catch(() => '');
    const source = controlField(shown, 'Source').split(' ')[0] || name;
    pins.push(pin(name, `version ${version}`), pin(`src:${source}`, `version ${version}`));
  }
  await writeFile(join(dirname(config), 'preferences'), pins.join('\n'));
}

function pin(what: string, which: string): string {
  return `Package: ${what}\nPin: ${which}\nPin-Priority: ${first}\n`;
}
