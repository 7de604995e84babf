import { resolve } from 'node:path';
import type { Arch } from '../../protocol/schema/schema.ts';
import { templateOf } from '../../protocol/text/unit-name.ts';
import { consolesOf, neededKernel, type PlatformName } from '../platforms/platforms.ts';
import { checkValues } from './check-values.ts';
import { definedRepositories } from './defined-repositories.ts';
import type { Definition } from './definition.ts';
import type { Layer } from './image-file.ts';
import { parseSize } from './parse-size.ts';
import { placeOf } from './place-of.ts';
import type { ReadFile } from './read-image-file.ts';
import { type Problem, refuseAll } from './refuse-all.ts';

type Lists =
  | 'packages'
  | 'components'
  | 'recommends'
  | 'locales'
  | 'units'
  | 'mask'
  | 'remove'
  | 'secrets'
  | 'platforms'
  | 'modules';

/**
 * Makes one definition for an architecture out of the files that an image consists of, included ones first. Lists are
 * joined, of single values the last counts. Throws `definition_invalid` for a value that no file gives, or no image can have.
 */
export function merge(read: readonly ReadFile[], arch: Arch): Definition {
  const layers = read.flatMap(({ dir, image }) => {
    const { arch: sections, ...own } = image;
    const section: Layer | undefined = sections?.[arch];
    return [own, ...(section ? [section] : [])].map((layer) => ({ dir, layer }));
  });
  const files = read.map(({ file, text }) => ({ file, text }));
  const words = (key: Lists) => [...new Set(layers.flatMap(({ layer }) => layer[key] ?? []))];
  const state = (key: 'seed' | 'link') => [
    ...new Set(layers.flatMap(({ layer }) => layer.state?.[key] ?? [])),
  ];
  const paths = (pick: (layer: Layer) => readonly string[] | undefined) =>
    layers.flatMap(({ dir, layer }) => (pick(layer) ?? []).map((path) => resolve(dir, path)));
  const last = <T>(pick: (layer: Layer) => T | undefined) =>
    layers.map(({ layer }) => pick(layer)).findLast((value) => value !== undefined);
  const own = <K extends 'name' | 'suite' | 'state_compat'>(key: K) =>
    read.map(({ image }) => image[key]).findLast((value) => value !== undefined);
  const problems: Problem[] = [];
  const refuse = (path: string[], problem: string) =>
    problems.push({ ...placeOf({ files, arch }, path), problem: `${path.join('/')} ${problem}` });
  const needed = (value: string | undefined, path: string[]) => {
    if (value === undefined) refuse(path, 'is missing');
    return value ?? '';
  };
  const size = (key: 'root' | 'verity') => {
    const value = last(({ slots }) => slots?.[key]);
    const bytes = parseSize(needed(value, ['slots', key]));
    if (bytes !== undefined && bytes % 4096 === 0) return bytes;
    if (value !== undefined)
      refuse(['slots', key], `must be a size as in "512 MiB", and not ${JSON.stringify(value)}`);
    return 0;
  };
  const named = words('components');
  if (named.length > 0 && !named.includes('main')) {
    refuse(['components'], 'must hold "main", which every system is made of');
  }
  const components = named.length === 0 ? ['main'] : named;
  const platforms = words('platforms') as PlatformName[];
  const cmdlines = layers.flatMap(({ layer }) => layer.cmdline || []);
  const merged: Definition = {
    arch,
    dir: resolve(read.at(-1)!.dir),
    files,
    name: needed(own('name'), ['name']),
    suite: needed(own('suite'), ['suite']),
    packages: words('packages'),
    components,
    repositories: definedRepositories(layers, components),
    recommends: words('recommends'),
    documentation: last(({ documentation }) => documentation) ?? false,
    locales: words('locales'),
    sources: layers.flatMap(({ dir, layer }) =>
      (layer.sources ?? []).map((source) =>
        'tar' in source
          ? { ...source, tar: resolve(dir, source.tar) }
          : { ...source, oci: resolve(dir, source.oci) },
      ),
    ),
    scripts: paths(({ scripts }) => scripts),
    overlays: paths(({ overlay }) => (overlay === undefined ? [] : [overlay])),
    agent: last(({ agent }) => agent) ?? true,
    units: words('units').filter((unit) => !isSwitchedOff(read, arch, unit)),
    mask: words('mask'),
    remove: words('remove'),
    secrets: words('secrets'),
    kernel: needed(last(({ kernel }) => kernel) ?? neededKernel(platforms), ['kernel']),
    platforms,
    cmdline: withConsoles([...new Set(cmdlines)].join(' '), consolesOf(platforms, arch)),
    modules: words('modules'),
    stateCompat: own('state_compat') ?? null,
    state: { seed: state('seed'), link: state('link') },
    slots: { root: size('root'), verity: size('verity') },
  };
  refuseAll(problems);
  checkValues(merged);
  return merged;
}

/** The platforms' consoles come before the image's own, whose last one is where services write. */
function withConsoles(cmdline: string, consoles: readonly string[]): string {
  const own = cmdline.split(' ').map((word) => word.replace(/,.*$/, ''));
  return [...consoles.filter((word) => !own.includes(word)), cmdline].filter(Boolean).join(' ');
}

/** True when a later file masks what an included one enables: the one way to do without it. */
function isSwitchedOff(read: readonly ReadFile[], arch: Arch, unit: string): boolean {
  const last = (key: 'units' | 'mask', names: readonly string[]) =>
    read.findLastIndex(({ image }) =>
      [image, image.arch?.[arch]].some((layer: Layer | undefined) =>
        names.some((name) => layer?.[key]?.includes(name)),
      ),
    );
  return last('mask', [unit, templateOf(unit)]) > last('units', [unit]);
}
