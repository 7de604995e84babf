import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeLockFile } from '../../system/files/private-files.ts';
import { run } from '../../system/process/run.ts';

/**
 * Under a lock, because `status` may run beside the agent: lets go of what killed agents left mounted, repairs the ESP
 * unless somebody still has it mounted (a vfat that lost power must not be written before), and mounts it.
 * `fsck.fat` ends with 1 when it repaired something.
 */
const script = `
for old in "\${2%-*}"-*; do
  [ -d "$old" ] && ! [ -d "/proc/\${old##*-}" ] || continue
  umount "$old" 2>/dev/null
  rmdir "$old"
done
findmnt --source "$1" >/dev/null || fsck.fat -a "$1" || [ $? -eq 1 ] || exit
mount -t vfat -o rw,umask=0077,nodev,nosuid,noexec "$1" "$2"
`;

/** A file system that somebody has mounted to be written cannot be mounted read-only beside that: it is shown as it is. */
const showScript = `
at=$(findmnt --noheadings --first-only --output TARGET --source "$1")
if [ -n "$at" ]; then mount --bind -o ro "$at" "$2"
else mount -t vfat -o ro,umask=0077,nodev,nosuid,noexec "$1" "$2"
fi
`;

/** Repairs and mounts the ESP read-write in a folder of this process under `parent`; returns that folder. */
export async function mountEsp(device: string, parent: string): Promise<string> {
  return mountBy(script, device, parent);
}

/** Mounts the ESP there to be read, as it is and without a repair. */
export async function showEsp(device: string, parent: string): Promise<string> {
  return mountBy(showScript, device, parent);
}

async function mountBy(how: string, device: string, parent: string): Promise<string> {
  const folder = join(parent, `esp-${process.pid}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = join(parent, 'esp.lock');
  await makeLockFile(lock);
  await run('flock', [lock, 'sh', '-c', how, 'sh', device, folder]);
  return folder;
}

/** Unmounts it again, whatever is still to be written first. */
export async function unmountEsp(folder: string): Promise<void> {
  await run('umount', [folder]);
  await rmdir(folder);
}
