import { grubProblem } from '../../protocol/boot/grub-command-line.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Definition } from '../definition/definition.ts';
import { placeOf } from '../definition/place-of.ts';
import type { LockedPackage, PackagesLock } from '../packages/lock/packages-lock.ts';
import { unpackedPackages } from '../packages/lock/required-packages.ts';

/** The package of a lock that GRUB for machines with a BIOS is taken out of; nothing in locks made before there was one. */
export function grubOfLock(lock: PackagesLock): LockedPackage | undefined {
  return lock.unpacked?.find(({ name }) => name === 'grub-pc-bin');
}

/**
 * Refuses a command line that GRUB cannot hand over to the kernel, of an image that gets GRUB by its lock or by the one
 * that is about to be made: before anything is fetched. Throws `definition_invalid`.
 */
export function checkCommandLine(definition: Definition, lock: PackagesLock | undefined): void {
  const hasGrub = lock ? grubOfLock(lock) : unpackedPackages(definition.arch).length > 0;
  const problem = hasGrub && grubProblem(definition.cmdline);
  if (problem) {
    throw new InterlockError('definition_invalid', { ...placeOf(definition, ['cmdline']), problem });
  }
}
