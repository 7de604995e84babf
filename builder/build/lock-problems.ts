import type { Arch } from '../../protocol/schema.ts';
import type { Definition } from '../define/definition.ts';
import { fulfils, parsePackageName } from '../define/package-name.ts';
import type { PackagesLock } from './packages-lock.ts';
import { requiredPackages } from './required-packages.ts';

/** Why an image may not be built from a lock, in words: it is another image's, lacks packages or holds some too many. */
export function lockProblems(lock: PackagesLock, definition: Definition, arch: Arch): string[] {
  const asked = requiredPackages(definition, arch).map((wish) => ({ wish, name: fulfilledBy(wish, lock) }));
  const missing = asked.filter(({ name }) => name === undefined).map(({ wish }) => wish);
  const names = new Set(asked.map(({ name }) => name));
  const unasked = Object.values(lock.requested ?? {}).filter((name) => !names.has(name));
  return [
    ...(lock.suite === definition.suite
      ? []
      : [`it is for ${lock.suite}, the image for ${definition.suite}`]),
    ...(lock.arch === arch ? [] : [`it is for ${lock.arch}, the build for ${arch}`]),
    ...(missing.length > 0 ? [`it lacks ${missing.join(', ')}; build with --update-lock`] : []),
    ...unaskedProblem(unasked),
  ];
}

/** Says that a lock holds packages too many. */
export function unaskedProblem(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const list = [...new Set(names)].toSorted().join(', ');
  return [`it holds ${list}, which the definition does not ask for; build with --update-lock`];
}

/** The locked package that a wish means: it has that name or the lock says that it was chosen for it. */
function fulfilledBy(text: string, { packages, requested = {} }: PackagesLock): string | undefined {
  const wish = parsePackageName(text);
  const named = packages.find((locked) => fulfils(wish, locked));
  return named?.name ?? (Object.hasOwn(requested, text) ? requested[text] : undefined);
}
