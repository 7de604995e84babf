import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../protocol/schema/schema.ts';
import { during, type Reporter } from '../build-host/reporter.ts';
import type { Definition } from '../definition/definition.ts';
import { resolve } from './archive/resolve.ts';
import { lockProblems } from './lock/lock-problems.ts';
import type { PackagesLock } from './lock/packages-lock.ts';
import { findMirror } from './network/mirror.ts';

/**
 * The lock to build from: the given one when it fits the definition, or what the archive has today, in layers that keep
 * those of the lock `before` where they can.
 */
export async function lockFor(
  definition: Definition,
  arch: Arch,
  given: PackagesLock | undefined,
  report: Reporter,
  options: { allowExpired?: boolean; before?: PackagesLock } = {},
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
  const problems = lockProblems(lock, definition, arch);
  if (problems.length > 0) {
    throw new InterlockError('bad_input', { what: 'packages.lock', problem: problems.join('; ') });
  }
}
