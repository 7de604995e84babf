import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { PackagesLock } from '../packages/lock/packages-lock.ts';
import { biosLoader } from './bios-loader.ts';
import { grubOfLock } from './check-command-line.ts';
import { readGrubPackage } from './read-package.ts';

/** What an image carries for first-install disks and media of machines with a BIOS. */
export interface BiosLoaders {
  /** Boot sector and core image for a disk. */
  disk: Buffer;
  /** GRUB's first 2048 bytes for a CD, which stand in front of the core image. */
  cd: Buffer;
}

/**
 * Makes the loaders out of the grub-pc-bin that a lock names; nothing when it names none. `files` maps each package's
 * SHA-256 to its .deb. Throws `bad_input`.
 */
export async function biosLoadersOf(
  lock: PackagesLock,
  files: ReadonlyMap<string, string>,
): Promise<BiosLoaders | undefined> {
  const grub = grubOfLock(lock);
  if (!grub) return undefined;
  const found = await readGrubPackage(files.get(grub.sha256)!);
  const cd = found.get('cdboot.img');
  if (!cd) throw new InterlockError('bad_input', { what: 'grub-pc-bin', problem: 'has no cdboot.img' });
  return { disk: await biosLoader(found), cd };
}
