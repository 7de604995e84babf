import { InterlockError } from '../../protocol/errors.ts';
import type { Arch } from '../../protocol/schema.ts';
import type { Definition } from '../define/definition.ts';
import { fulfils, parsePackageName } from '../define/package-name.ts';
import { findMirror } from './mirror.ts';
import type { PackagesLock } from './packages-lock.ts';
import { during, type Reporter } from './reporter.ts';
import { requiredPackages } from './required-packages.ts';
import { resolve } from './resolve.ts';

/** The lock to build from: the given one when it fits the definition, or what the archive has today. */
export async function lockFor(
  definition: Definition,
  arch: Arch,
  given: PackagesLock | undefined,
  report: Reporter,
  options: { allowExpired?: boolean } = {},
): Promise<PackagesLock> {
  if (given) {
    checkFits(given, definition, arch);
    return given;
  }
  return during(
    report,
    'resolve packages',
    0,
    async () => resolve(definition, arch, await findMirror(), options),
    ({ packages }) => `${packages.length} packages`,
  );
}

function checkFits(lock: PackagesLock, definition: Definition, arch: Arch): void {
  const missing = requiredPackages(definition, arch).filter((text) => {
    const wish = parsePackageName(text);
    return !lock.packages.some((locked) => fulfils(wish, locked));
  });
  const problems = [
    lock.suite === definition.suite ? '' : `it is for ${lock.suite}, the image for ${definition.suite}`,
    lock.arch === arch ? '' : `it is for ${lock.arch}, the build for ${arch}`,
    missing.length > 0 ? `it lacks ${missing.join(', ')}; build with --update-lock` : '',
  ].filter(Boolean);
  if (problems.length > 0) {
    throw new InterlockError('bad_input', { what: 'packages.lock', problem: problems.join('; ') });
  }
}
