import { relative } from 'node:path';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { Definition } from '../../definition/definition.ts';
import { parsePackageName, satisfies } from '../../definition/package-name.ts';
import type { PackagesLock } from './packages-lock.ts';
import { requiredPackages } from './required-packages.ts';

/** Why an image may not be built from a lock, in words: it is another image's, lacks packages or holds some too many. */
export function lockProblems(lock: PackagesLock, definition: Definition, arch: Arch): string[] {
  const asked = requiredPackages(definition, arch).map((spec) => ({ spec, name: fulfilledBy(spec, lock) }));
  const missing = asked.filter(({ name }) => name === undefined).map(({ spec }) => spec);
  const names = new Set(asked.map(({ name }) => name));
  const unasked = Object.values(lock.requested ?? {}).filter((name) => !names.has(name));
  return [
    ...(lock.suite === definition.suite
      ? []
      : [`it is for ${lock.suite}, the image for ${definition.suite}`]),
    ...(lock.arch === arch ? [] : [`it is for ${lock.arch}, the build for ${arch}`]),
    ...(missing.length > 0 ? [`it lacks ${missing.join(', ')}; build with --update-lock`] : []),
    ...unrequestedProblem(unasked),
    ...recommendsProblems(lock, definition),
    ...repositoryProblems(lock, definition),
  ];
}

/** A lock of format 1 comes from a time without `recommends`. */
function recommendsProblems({ recommends = [] }: PackagesLock, definition: Definition): string[] {
  const expected = definition.recommends.map((spec) => parsePackageName(spec).name);
  const other = [
    ...expected.filter((name) => !recommends.includes(name)),
    ...recommends.filter((name) => !expected.includes(name)),
  ];
  if (other.length === 0) return [];
  return [`recommends differs in ${other.join(', ')}; build with --update-lock`];
}

/** Packages come from repositories that the definition names, and from no others. */
function repositoryProblems({ packages }: PackagesLock, { dir, repositories }: Definition): string[] {
  const known = new Set(
    repositories.flatMap((each) => {
      if (each.kind === 'mirror') return [];
      return each.kind === 'url' ? each.url : relative(dir, each.folder) || '.';
    }),
  );
  const strange = packages.find(({ repository }) => repository !== undefined && !known.has(repository));
  if (!strange) return [];
  const { name, repository } = strange;
  return [
    `it takes ${name} from ${repository}, which the definition does not name; build with --update-lock`,
  ];
}

/** The problem of a lock that holds more packages than requested. */
export function unrequestedProblem(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const list = [...new Set(names)].toSorted().join(', ');
  return [`it holds ${list}, which the definition does not ask for; build with --update-lock`];
}

/** The locked package that satisfies a spec: it has that name or the lock says that it was chosen for it. */
function fulfilledBy(text: string, { packages, requested = {} }: PackagesLock): string | undefined {
  const spec = parsePackageName(text);
  // where a package came from shows only in what was asked for
  if (spec.suite !== undefined && !Object.hasOwn(requested, text)) return undefined;
  const named = packages.find((locked) => satisfies(spec, locked));
  return named?.name ?? (Object.hasOwn(requested, text) ? requested[text] : undefined);
}
