import { mkdir } from 'node:fs/promises';
import { InterlockError } from '../../protocol/errors.ts';
import { run } from '../../system/run.ts';

/** Repairs and mounts the ESP read-write at `folder`; a vfat that lost power must not be written before `fsck.fat`. */
export async function mountEsp(device: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await unmountEsp(folder);
  await run('fsck.fat', ['-a', device]).catch(acceptRepairs);
  await run('mount', ['-t', 'vfat', '-o', 'rw,umask=0077,nodev,nosuid,noexec', device, folder]);
}

/** Unmounts it again; nothing to do when it is not mounted. */
export async function unmountEsp(folder: string): Promise<void> {
  await run('umount', [folder]).catch((error: unknown) => {
    const notMounted =
      error instanceof InterlockError && /not mounted|no mount point/.test(`${error.details.output}`);
    if (!notMounted) throw error;
  });
}

/** `fsck.fat` ends with 1 when it repaired something. */
function acceptRepairs(error: unknown): void {
  if (!(error instanceof InterlockError) || error.details.status !== 1) throw error;
}
