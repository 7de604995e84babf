import { biosLoaderFile } from '../../protocol/boot/host-layout.ts';
import type { BootParts } from '../boot-file/parts/boot-parts.ts';
import { moduleName } from '../boot-file/parts/read-modules.ts';
import type { Definition } from '../definition/definition.ts';
import { placeOf } from '../definition/place-of.ts';
import { refuseAll } from '../definition/refuse-all.ts';
import { unmet } from '../platforms/judge.ts';
import { platforms } from '../platforms/platforms.ts';
import { readBody, type Tree } from '../tree/entries/entry.ts';

/** Refuses a finished root that lacks what its own platforms need: a disk that does not start there helps nobody. */
export async function checkPlatforms(
  tree: Tree,
  definition: Definition,
  { kernelRelease, modules, drivers }: Pick<BootParts, 'kernelRelease' | 'modules' | 'drivers'>,
): Promise<void> {
  if (definition.platforms.length === 0) return;
  const folder = `usr/lib/modules/${kernelRelease}/`;
  const list = tree.get(`${folder}modules.builtin`);
  const builtin = list ? (await readBody(list.body)).toString('latin1').split('\n') : [];
  const named = (paths: Iterable<string>) => {
    const own = [...paths].filter((path) => path.startsWith(folder) && path.endsWith('.ko'));
    return new Set([...builtin.filter(Boolean), ...own].map(moduleName));
  };
  const found = {
    initrd: named([...modules.keys(), ...drivers.keys()]),
    root: named(tree.keys()),
    hasBios: tree.has(biosLoaderFile.slice(1)),
  };
  refuseAll(
    definition.platforms.flatMap((name) =>
      unmet(platforms[name], definition.arch, found).map((problem) => ({
        ...placeOf(definition, ['platforms'], name),
        problem: `platform ${name}: ${problem}; \`remove\` may have taken it`,
      })),
    ),
  );
}
