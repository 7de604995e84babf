import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why this computer's kernel cannot show an image; undefined when it can. */
export const mountProblem = findProblem();

/** Lets the kernel show an image for as long as `use` takes. */
export async function mountErofs<T>(image: string, use: (mount: string) => T | Promise<T>): Promise<T> {
  const mount = mkdtempSync(join(tmpdir(), 'mount-erofs-'));
  try {
    execFileSync('mount', ['-t', 'erofs', '-o', 'loop,ro', image, mount]);
    try {
      return await use(mount);
    } finally {
      execFileSync('umount', [mount]);
    }
  } finally {
    rmdirSync(mount);
  }
}

function findProblem(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  if (!readFileSync('/proc/filesystems', 'utf8').includes('erofs')) return 'the kernel has no erofs';
  return spawnSync('losetup', ['--find']).status === 0 ? undefined : 'no loop device';
}
